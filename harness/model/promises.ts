import type { Claims } from './claims.ts';

type Statement = string | number | boolean | readonly string[] | object | undefined;

/**
 * Claims by which an operator says what the target does, by their names in a targets file. Others state a fact, or
 * permit something.
 */
const PROMISES = {
  'inbound-authentication.spf': ({ inboundAuthentication }: Claims) => inboundAuthentication.spf,
  'inbound-authentication.dkim': ({ inboundAuthentication }: Claims) => inboundAuthentication.dkim,
  'inbound-authentication.dmarc': ({ inboundAuthentication }: Claims) => inboundAuthentication.dmarc,
  'outgoing-policies.dnssec': ({ outgoingPolicies }: Claims) => outgoingPolicies?.dnssec,
  'outgoing-policies.dane': ({ outgoingPolicies }: Claims) => outgoingPolicies?.dane,
  'outgoing-policies.mta-sts': ({ outgoingPolicies }: Claims) => outgoingPolicies?.mtaSts,
  'outgoing-policies.tls-reports': ({ outgoingPolicies }: Claims) => outgoingPolicies?.tlsReportsWithinMs,
  'published-policies': ({ publishedPolicies }: Claims) => publishedPolicies,
  'client-records': ({ clientRecords }: Claims) => clientRecords,
  'tls-required-destinations': ({ tlsRequiredDestinations }: Claims) => tlsRequiredDestinations,
  'submission-requires-tls': ({ submissionRequiresTls }: Claims) => submissionRequiresTls,
  'sender-identity': ({ senderIdentity }: Claims) => senderIdentity,
  'pop-before-smtp': ({ popBeforeSmtp }: Claims) => popBeforeSmtp,
  'dmarc-reports': ({ dmarcReportsWithinMs }: Claims) => dmarcReportsWithinMs,
  'dnsbl.zones': ({ dnsbl }: Claims) => dnsbl.zones,
  'dnsbl.reputation-zones': ({ dnsbl }: Claims) => dnsbl.reputationZones,
  'op25b.declared': ({ op25b }: Claims) => op25b.declared,
} satisfies Readonly<Record<string, (claims: Claims) => Statement>>;

/** Name of a claim by which an operator says what the target does. */
export type PromiseName = keyof typeof PROMISES;

/** Whether the operator says so; `none`, `false` and an empty list say that it is not done. */
export function isPromised(name: PromiseName, claims: Claims): boolean {
  const statement: Statement = PROMISES[name](claims);
  if (Array.isArray(statement)) return statement.length > 0;
  return statement !== undefined && statement !== false && statement !== 'none';
}

export const PROMISE_NAMES = Object.keys(PROMISES) as readonly PromiseName[];
