import type { GatedResult, TargetRecord } from './record.ts';

/**
 * Why a check was not asked, or does not count. `selection`: whoever started the run; `profile`: it is no part of it;
 * `permission`: the targets file does not give what it needs; `kind`: it is about another kind of target; `role`: the
 * target declares no such port; `claim`: it only holds where the operator claims something; `account`: no account that
 * could be used; `lab`: it needs a lab around the target;
 * `records`: it looks records up, and no resolver is named; `waiver`: it was asked, and somebody decided to live with it.
 */
export const SCOPE_REASONS = [
  'permission',
  'claim',
  'role',
  'account',
  'lab',
  'records',
  'selection',
  'profile',
  'kind',
  'waiver',
] as const;

export type ScopeReason = (typeof SCOPE_REASONS)[number];

/** Reasons for which a plan leaves a check out, before anything is asked. */
export const NOT_SELECTED_REASONS = [
  'permission',
  'lab',
  'records',
  'selection',
  'profile',
  'kind',
] as const satisfies readonly ScopeReason[];

export type NotSelectedReason = (typeof NOT_SELECTED_REASONS)[number];

/** Checks of one target that were not asked, or do not count, for one reason. */
export interface LeftOut {
  readonly target: string;
  readonly reason: ScopeReason;
  readonly checks: readonly string[];
  /** What was said of them, each sentence once. */
  readonly why: readonly string[];
}

/** What the conclusion about a target says nothing about, by reason; every check is in at most one of them. */
export function leftOutOf({ name, results, notSelected }: TargetRecord): readonly LeftOut[] {
  const all = [
    ...notSelected.map(({ check, why, reason }) => ({ check, why, reason: reason ?? reasonOfWhy(why) })),
    ...results.flatMap((result) => {
      const reason = reasonOfResult(result);
      return reason === null ? [] : [{ check: result.check, why: '', reason }];
    }),
  ];
  return SCOPE_REASONS.flatMap((reason): LeftOut[] => {
    const members = all.filter((one) => one.reason === reason);
    if (members.length === 0) return [];
    const why = [...new Set(members.map((one) => one.why))].filter((one) => one !== '');
    return [{ target: name, reason, checks: members.map(({ check }) => check), why }];
  });
}

/** Sentences of the plan, in records that hold nothing else. */
function reasonOfWhy(why: string): ScopeReason {
  if (why.startsWith('needs the permission ')) return 'permission';
  if (why.startsWith('not part of the profile ')) return 'profile';
  if (why.startsWith('is about ')) return 'kind';
  return 'selection';
}

/** What checks say of a declaration that does not let them ask; what was observed on the wire is no such reason. */
const DECLARED = {
  claim:
    /\bclaims(?:[.:]| without\b)|\b(?:not|no) claim(?:ed)?\b|\bas declared\b|\bdeclared not to\b|\bis (?:not )?declared\b|\bdeclares no block list\b|-domains is empty\b/,
  role: /\bdeclares no(?:ne of)? (?:endpoint of role )?(?:mx|submissions?|pop3s?|imaps?)\b|\bhas no endpoint of role\b/i,
  account:
    /\bdeclares no account\b|\bno account (?:is declared|permits)\b|\bdeclares fewer than two accounts\b/,
  lab: /\bhas no lab\b/,
} as const;

function reasonOfResult({ verdict, consequence, reason }: GatedResult): ScopeReason | null {
  if (consequence === 'waived') return 'waiver';
  if (verdict === 'not-applicable') {
    if (DECLARED.role.test(reason)) return 'role';
    if (DECLARED.account.test(reason)) return 'account';
    return DECLARED.claim.test(reason) ? 'claim' : null;
  }
  if (verdict !== 'inconclusive') return null;
  if (DECLARED.lab.test(reason)) return 'lab';
  return DECLARED.account.test(reason) ? 'account' : null;
}
