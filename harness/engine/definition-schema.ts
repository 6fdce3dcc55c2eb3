import { z } from 'zod';
import type { CheckDefinition, Need } from '../check/define.ts';
import type { BeyondOpenLab } from '../check/open-lab.ts';
import { visibleExcerpt } from '../evidence/visible.ts';
import { FAULT_NAMES } from '../model/faults.ts';
import type { Effect, Level, Safety, Severity } from '../model/levels.ts';
import { meant } from '../model/nearest.ts';
import { PROMISE_NAMES } from '../model/promises.ts';
import { ROLE_NAMES } from '../model/roles.ts';
import { SLUG } from '../model/slug.ts';

/** One of these words; they are keys of a mapping, so that the compiler misses none. */
function oneOf<Word extends string>(words: Readonly<Record<Word, true>>) {
  const names = Object.keys(words);
  return z.enum(names, { error: `one of ${names.join(', ')}` });
}

const level = oneOf<Level>({ MUST: true, SHOULD: true, MAY: true, policy: true });
const severity = oneOf<Severity>({ critical: true, high: true, medium: true, low: true, info: true });
const safety = oneOf<Safety>({ safe: true, 'sends-mail': true, intrusive: true, destructive: true });
const effect = oneOf<Effect>({ reads: true, 'fails-logins': true, delivers: true, disturbs: true });
const need = oneOf<Need>({
  account: true,
  'account-2': true,
  mailbox: true,
  'mailbox-in-part': true,
  'own-delivery': true,
  'raw-tls': true,
  records: true,
  dns: true,
  sink: true,
  mitm: true,
  ip2: true,
  vantage: true,
  time: true,
});

const line = text(/^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]+$/u, 'one line of text');
const roles = listOf(z.enum(ROLE_NAMES, { error: `one of ${ROLE_NAMES.join(', ')}` }), 'roles').min(1, {
  error: 'a list of at least one role',
});
const per = oneOf({ role: true, target: true });
const yes = z.literal(true, { error: 'true, or left out' });
const oneControl = z.custom(
  (given) => typeof given === 'object' && given !== null && 'definition' in given && 'body' in given,
  { error: 'a control, as control() returns it' },
);
const controls = listOf(oneControl, 'controls');
const beyondOpenLab = oneOf<BeyondOpenLab>({
  'two-organisations': true,
  'names-of-others': true,
  'lists-of-the-target': true,
  'trusted-lab': true,
});

const FIELDS: Readonly<Record<keyof CheckDefinition, z.ZodType>> = {
  id: text(/^[A-Z][A-Z0-9]*-\d{3}$/, 'the prefix of the suite and three digits'),
  slug: text(SLUG, 'words in lower case joined by hyphens'),
  title: line,
  sends: line,
  demands: line,
  level,
  worst: oneOf({ fail: true, warn: true }).exactOptional(),
  severity,
  clauses: listOf(text(/^[^#]+#.+$/, 'a text and its section, such as rfc5321#4.1.1.1'), 'clauses').min(1, {
    error: 'a list of at least one clause',
  }),
  roles,
  per: per.exactOptional(),
  needs: listOf(need, 'needs'),
  withoutLab: oneOf({
    decides: true,
    'decides-in-mailbox': true,
    'decides-nothing': true,
  }).exactOptional(),
  beyondOpenLab: beyondOpenLab.exactOptional(),
  effect,
  safety,
  budget: text(/^\d+(?:\.\d+)?(?:ms|s|m|h)$/, 'a duration such as 8s, 250ms or 15m'),
  connections: z
    .int({ error: 'a whole number of at least 1' })
    .min(1, { error: 'a whole number of at least 1' })
    .exactOptional(),
  waits: z
    .custom((given) => typeof given === 'function', { error: 'a function of the target' })
    .exactOptional(),
  resources: listOf(line, 'names').exactOptional(),
  buildsOn: controls.exactOptional(),
  considers: controls.exactOptional(),
  overIpv6: oneControl.exactOptional(),
  asStranger: yes.exactOptional(),
  ownAddress: yes.exactOptional(),
  upholds: listOf(
    z.enum(PROMISE_NAMES, { error: `one of ${PROMISE_NAMES.join(', ')}` }),
    'claims',
  ).exactOptional(),
  byRecordsAlone: z
    .strictObject(
      { safety, effect, roles: roles.exactOptional(), per: per.exactOptional() },
      { error: 'a mapping of safety and effect' },
    )
    .exactOptional(),
  limits: listOf(line, 'sentences').exactOptional(),
  kills: listOf(z.enum(FAULT_NAMES, { error: 'the name of a fault of the reference server' }), 'faults'),
};

const schema = z
  .strictObject(FIELDS, { error: 'a definition' })
  .refine((given) => given.level !== 'MAY' || given.worst === 'warn', {
    path: ['worst'],
    error: '"warn" where the level is MAY, which binds nobody',
  });

function text(form: RegExp, what: string) {
  return z.string({ error: what }).regex(form, { error: what });
}

function listOf<One extends z.ZodType>(one: One, what: string) {
  return z.array(one, { error: `a list of ${what}` });
}

/** What is wrong with the definition of a check, in sentences; the compiler did not look at those of others. */
export function definitionProblems(definition: unknown): readonly string[] {
  const read = schema.safeParse(definition, { reportInput: true });
  return read.success ? [] : read.error.issues.flatMap(sentencesOf);
}

function sentencesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const hint = meant(key, Object.keys(FIELDS), '');
      return `"${visibleExcerpt(key, 40)}" is no part of a definition${hint === '' ? '.' : `; ${hint}`}`;
    });
  const name = issue.path.map(String).join('.');
  const { input } = issue;
  if (input === undefined) return [`"${name}" is missing; it must be ${issue.message}.`];
  if (typeof input !== 'string') return [`"${name}" must be ${issue.message}.`];
  const known = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const hint = meant(input, known, '');
  return [
    `"${name}" must be ${issue.message}, found "${visibleExcerpt(input, 80)}"${hint === '' ? '.' : `; ${hint}`}`,
  ];
}
