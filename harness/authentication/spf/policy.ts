import type { DNSResolver } from 'mailauth';
import { SPF_RESULTS, type SpfResult } from './case-file.ts';

/** Who evaluates, in the words of a result. */
const EVALUATOR = 'mailspec.test';

/** What the DNS says about a name, as the lab tells it. */
export type LookUp = (
  name: string,
  type: string,
) => Promise<{
  readonly rcode: string;
  readonly records: readonly { readonly type: string; readonly data: unknown }[];
}>;

/** One term of a policy: a directive or a modifier (RFC 7208 §4.6.1). */
export interface PolicyTerm {
  readonly kind: 'directive' | 'modifier';
  /** Of a directive; `+` where none is written. */
  readonly qualifier: '+' | '-' | '~' | '?';
  /** Such as `ip4` or `redirect`, in lower case. */
  readonly name: string;
  /** What stands after `:` or `=`, or from `/` on; empty where nothing does. */
  readonly value: string;
}

/** What a policy says about one client. */
export interface PolicyEvaluation {
  readonly result: SpfResult;
  /** In words. */
  readonly comment: string;
  /** Terms that asked the DNS (RFC 7208 §4.6.4). */
  readonly lookups: number;
}

/** Whether a TXT record is a policy (RFC 7208 §4.5). */
export function isPolicy(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** The terms of a policy in their order; their syntax is not judged. */
export function policyTerms(policy: string): readonly PolicyTerm[] {
  const [, ...terms] = policy.split(' ').filter((term) => term !== '');
  return terms.map((term) => {
    const modifier = /^([a-z][\w.-]*)=(.*)$/i.exec(term);
    if (modifier)
      return {
        kind: 'modifier',
        qualifier: '+',
        name: (modifier[1] ?? '').toLowerCase(),
        value: modifier[2] ?? '',
      };
    const [, sign = '', name = '', value = ''] = /^([-+~?]?)([^:/]*):?(.*)$/.exec(term) ?? [];
    const qualifier = sign === '-' || sign === '~' || sign === '?' ? sign : '+';
    return { kind: 'directive', qualifier, name: name.toLowerCase(), value };
  });
}

/** Who sends mail. */
export interface Client {
  readonly address: string;
  /** Reverse-path; empty for the null one. */
  readonly sender: string;
  /** Name given in EHLO. */
  readonly hello: string;
}

/** Evaluates SPF for a client, strictly by RFC 7208. */
export async function evaluate(
  { address, sender, hello }: Client,
  lookUp: LookUp,
): Promise<PolicyEvaluation> {
  const { spf } = await import('mailauth/lib/spf/index.js');
  const { status, lookups } = await spf({
    ip: address,
    sender,
    helo: hello,
    mta: EVALUATOR,
    resolver: resolverOf(lookUp),
    strict: true,
  });
  const result = SPF_RESULTS.find((known) => known === status.result);
  if (!result)
    throw new Error(`A result of SPF is one of ${SPF_RESULTS.join(', ')}, found "${status.result}".`);
  return { result, comment: String(status.comment ?? ''), lookups: lookups?.count ?? 0 };
}

/** Look-ups in the shape of node:dns, which the evaluator asks for. */
function resolverOf(lookUp: LookUp): DNSResolver {
  const resolve = async (name: string, type: string): Promise<unknown[]> => {
    const { rcode, records } = await lookUp(name, type);
    if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN')
      throw Object.assign(new Error(`${type} of ${name}: ${rcode}`), { code: 'ESERVFAIL' });
    const found = records.filter((record) => record.type === type).map(({ data }) => data);
    if (found.length === 0)
      throw Object.assign(new Error(`${type} of ${name}: no record`), {
        code: rcode === 'NXDOMAIN' ? 'ENOTFOUND' : 'ENODATA',
      });
    return found.map((data) =>
      isExchanger(data) ? { priority: data.preference, exchange: data.exchange } : data,
    );
  };
  return resolve as DNSResolver;
}

function isExchanger(data: unknown): data is { readonly preference: number; readonly exchange: string } {
  return typeof data === 'object' && data !== null && 'preference' in data && 'exchange' in data;
}
