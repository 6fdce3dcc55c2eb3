import type {
  Offered,
  RecordedResult,
  Services,
  StoredMessage,
  ZoneRecord,
} from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { compose } from '../../harness/steps/compose.ts';
import { pastLateAnswers } from '../../harness/steps/late-answer.ts';
import { ordinaryRecords } from '../../harness/steps/sender-domain.ts';
import { nextToken } from '../../harness/steps/tokens.ts';
import { clientAddress, txt } from './world.ts';

/** A message from a domain with a policy of its own. */
export interface Probe {
  /** First label of the sender's domain; no two probes of a body share one. */
  readonly label: string;
  /** The policy, or all that the domain publishes. What it lacks of the records of ordinary senders is added. */
  readonly zone: string | ((domain: string) => readonly ZoneRecord[]);
  /** Nothing is added to the zone. */
  readonly bare?: boolean;
  /** `probe` where none is given. */
  readonly localPart?: string;
  /** Reverse-path where it is another one; empty for the null one. */
  readonly sender?: string;
  /** Name given in EHLO; one without policy where none is given. */
  readonly hello?: string;
  /** Header fields above the others, as lines. */
  readonly above?: readonly string[];
  /** Hands the message over in another way. */
  readonly handOver?: (mail: Mail) => Promise<Offered>;
}

export interface Mail {
  readonly sender: string;
  readonly content: Buffer;
}

/** What the target made of a probe. */
export interface Attempt {
  readonly domain: string;
  readonly sender: string;
  readonly offered: Offered;
  /** Null where it is not in the mailbox, or was not accepted. */
  readonly stored: StoredMessage | null;
  /** What was recorded about the checked identity, topmost first. */
  readonly results: readonly RecordedResult[];
  /** The policy of the checked identity was asked for. */
  readonly asked: boolean;
}

/**
 * Publishes the zone, hands the message in, and reads what was recorded; a second try is made under another name, and
 * none where the name is given.
 */
export async function attempt(services: Services, probe: Probe): Promise<Attempt> {
  if (probe.sender !== undefined) return attemptOnce(services, probe);
  return pastLateAnswers(
    (nth) => attemptOnce(services, nth === 1 ? probe : { ...probe, label: `${probe.label}-${nth}` }),
    ({ results }) => results.map(({ result }) => result),
  );
}

/** The same, where the DNS is meant to fail. */
export async function attemptOnce(services: Services, probe: Probe): Promise<Attempt> {
  const { lab, offer, inMailbox, note, helloName } = services;
  const { label, zone, bare = false, localPart = 'probe', above = [] } = probe;
  const world = lab();
  const domain = world.domain(label);
  const records = typeof zone === 'string' ? [txt(domain, zone)] : zone(domain);
  const missing = ordinaryRecords(domain, world.addresses.sink).filter(
    (ordinary) => !records.some(({ name, type }) => name === domain && type === ordinary.type),
  );
  await world.dns.publish(domain, [...records, ...(bare ? [] : missing)]);

  const token = nextToken(services);
  const sender = probe.sender ?? `${localPart}@${domain}`;
  const content = compose(services, {
    from: `probe@${domain}`,
    to: services.account().address,
    token,
    subject: 'Sender policy',
    idDomain: domain,
    above,
  });
  const offered = probe.handOver
    ? await probe.handOver({ sender, content })
    : await offer({ sender, content, ...(probe.hello === undefined ? {} : { hello: probe.hello }) });
  const stored = offered.disposition === 'accepted' ? await inMailbox({ token, sent: content }) : null;
  const identity = sender === '' ? 'helo' : 'mailfrom';
  const results = (stored?.results ?? []).filter((one) => isAbout(one, identity));
  const checked = sender === '' ? (probe.hello ?? helloName) : domainOf(sender);
  const asked = (await world.dns.queries({ name: checked, type: 'TXT' })).length > 0;
  const said = results.map(wordsOf).join(', ') || 'nothing';
  note(`${label}: ${offered.disposition}, recorded ${said}, policy ${asked ? '' : 'not '}asked for`);
  return { domain, sender, offered, stored, results, asked };
}

/**
 * Of an identity that is checked besides MAIL FROM the result says nothing here. A null reverse-path stands
 * for the HELO identity, and servers name it by either (RFC 7208 §2.4).
 */
export function isAbout(
  { method, field, properties }: RecordedResult,
  identity: 'helo' | 'mailfrom',
): boolean {
  if (method !== 'spf') return false;
  if (identity === 'helo') return true;
  if (field === 'Received-SPF') return properties.get('identity')?.toLowerCase() !== 'helo';
  return properties.has('smtp.mailfrom') || properties.has('smtp.mail') || !properties.has('smtp.helo');
}

/** `pass by mail.example.test (Received-SPF)`. */
export function wordsOf({ result, authservId, field }: RecordedResult): string {
  return `${result || 'no result word'}${authservId === null ? '' : ` by ${authservId}`} (${field})`;
}

/** A policy that names the client and forbids everybody else. */
export function allowing(services: Services): string {
  return `v=spf1 ip4:${clientAddress(services)} -all`;
}
