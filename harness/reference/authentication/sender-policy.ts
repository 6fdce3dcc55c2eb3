import type { SPFResult } from 'mailauth';
import type { SmtpSession } from '../smtp/session.ts';
import type { Finding } from './finding.ts';
import type { Lookups } from './lookups.ts';

/** SPF of a message (RFC 7208). */
export interface SenderPolicy {
  readonly findings: readonly Finding[];
  /** Received-SPF, folded, without its last line end, where one is written (RFC 7208 §9.1). */
  readonly receivedSpf: string | undefined;
  /** Domains for which SPF passed by MAIL FROM, or by HELO where the reverse-path is null. */
  readonly passed: readonly string[];
}

/** Checks both identities: MAIL FROM, which is postmaster at HELO for a null path, and HELO (RFC 7208 §2.3, §2.4). */
export async function checkSenderPolicy(
  { site, connection, hello }: SmtpSession,
  sender: string,
  lookups: Lookups,
): Promise<SenderPolicy> {
  const { spf } = await import('mailauth/lib/spf/index.js');
  const common = {
    ip: connection.clientAddress,
    helo: hello?.name ?? 'unknown',
    mta: site.hostname,
    resolver: lookups.resolve,
    strict: true,
  };
  const byMailFrom = sender === '' ? undefined : await spf({ ...common, sender });
  const byHello = await spf({ ...common, sender: '' });
  const decisive = byMailFrom ?? byHello;
  return {
    findings: [
      ...(byMailFrom ? [finding(byMailFrom, 'smtp.mailfrom', sender)] : []),
      finding(byHello, 'smtp.helo', common.helo),
    ],
    receivedSpf: decisive.header,
    passed: decisive.status.result === 'pass' ? [decisive.domain] : [],
  };
}

function finding({ status }: SPFResult, property: string, value: string): Finding {
  return { method: 'spf', result: status.result, properties: [[property, value]] };
}
