import type { SPFResult } from 'mailauth';
import { type Reply, reply } from '../smtp/reply.ts';
import type { SmtpSession } from '../smtp/session.ts';
import type { Finding } from './finding.ts';
import type { Lookups } from './lookups.ts';
import { checkedAddress, limits, mistakenLookups, mistakenResult } from './sender-policy-mistakes.ts';

/** SPF of a message (RFC 7208). */
export interface SenderPolicy {
  readonly findings: readonly Finding[];
  /** Received-SPF, folded, without its last line end, where one is written (RFC 7208 §9.1). */
  readonly receivedSpf: string | undefined;
  /** Domains for which SPF passed by MAIL FROM, or by HELO where the reverse-path is null. */
  readonly passed: readonly string[];
  /** What a fault answers, because of SPF alone. */
  readonly refusal?: Reply | undefined;
  /** A fault puts the message there, because of SPF alone. */
  readonly mailbox?: 'Junk' | undefined;
}

const UNCHECKED: SenderPolicy = { findings: [], receivedSpf: undefined, passed: [] };

/** Checks both identities: MAIL FROM, which is postmaster at HELO for a null path, and HELO (RFC 7208 §2.3, §2.4). */
export async function checkSenderPolicy(
  session: SmtpSession,
  sender: string,
  message: Buffer,
  lookups: Lookups,
): Promise<SenderPolicy> {
  const { site, hello } = session;
  if (site.faulty('spf-not-evaluated') || (sender === '' && site.faulty('spf-skips-null-sender')))
    return UNCHECKED;
  const helo = hello?.name ?? 'unknown';
  const ip = checkedAddress(session, message);
  const byMailFrom = sender === '' ? undefined : await evaluate(session, lookups, { ip, helo, sender });
  const byHello =
    byMailFrom && site.faulty('spf-skips-hello')
      ? undefined
      : await evaluate(session, lookups, { ip, helo, sender: '' });
  const decisive = byMailFrom ?? byHello;
  if (!decisive) return UNCHECKED;
  const findings = [
    ...(byMailFrom ? [finding(byMailFrom, 'smtp.mailfrom', sender)] : []),
    ...(byHello ? [finding(byHello, 'smtp.helo', helo)] : []),
  ];
  const { result } = decisive.status;
  const isRecorded = !site.faulty('spf-not-recorded');
  return {
    findings: isRecorded ? findings : [],
    receivedSpf: isRecorded ? decisive.header : undefined,
    passed: result === 'pass' ? [decisive.domain] : [],
    refusal: mistakenRefusal(session, result),
    mailbox: result === 'neutral' && site.faulty('spf-neutral-to-junk') ? 'Junk' : undefined,
  };
}

async function evaluate(
  { site }: SmtpSession,
  { resolve }: Lookups,
  identity: { readonly ip: string; readonly helo: string; readonly sender: string },
): Promise<SPFResult> {
  const { spf } = await import('mailauth/lib/spf/index.js');
  const { helo, sender, ip } = identity;
  const domain = sender === '' ? helo : sender.slice(sender.lastIndexOf('@') + 1);
  const found = await spf({
    ...identity,
    ...limits(site),
    mta: site.hostname,
    resolver: mistakenLookups(site, resolve, { domain, ip }),
    strict: true,
  });
  const result = mistakenResult(site, found.status.result);
  return {
    ...found,
    status: { ...found.status, result },
    header: found.header.replace(/^(Received-SPF: )\w+/, `$1${result}`),
  };
}

function finding({ status }: SPFResult, property: string, value: string): Finding {
  return { method: 'spf', result: status.result, properties: [[property, value]] };
}

/** SPF alone is no reason for a refusal here; faults have their own mind. */
function mistakenRefusal({ site, role }: SmtpSession, result: string): Reply | undefined {
  if (result === 'softfail' && site.faulty('spf-refuses-softfail'))
    return reply(550, '5.7.23', 'SPF does not permit this client');
  if (result === 'temperror' && site.faulty('spf-refuses-temperror'))
    return reply(550, '5.7.24', 'SPF could not be evaluated');
  if (result === 'fail' && role !== 'mx') return reply(550, '5.7.23', 'SPF does not permit this client');
  return undefined;
}
