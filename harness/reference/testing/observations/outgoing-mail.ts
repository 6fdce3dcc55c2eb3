import type { Lab, SmtpSession } from 'net-mocks';
import type { FaultName } from '../../../model/faults.ts';
import { base64, CRLF, line } from '../../../wire/bytes.ts';
import { TLS_REQUIRED_DOMAIN } from '../../outbound/required-tls.ts';

/** Domains of the recipients. */
export const OPEN = 'open.test';
export const STRICT = `strict.${TLS_REQUIRED_DOMAIN}`;

/** The lines that the next hop got, each with its channel. */
export function told({ commands }: SmtpSession): string {
  return commands.map(({ channel, verb }) => `${channel} ${verb}`).join(', ');
}

/** A fault as a next hop sees it: what a good sender tells it, and what the faulty one does. */
export interface OutgoingObservation {
  readonly good: RegExp;
  readonly faulty: RegExp;
  /** Domain of the recipient. */
  readonly to?: string;
  readonly script?: Parameters<Lab['smtp']['setScript']>[0]['script'];
  /** What to look at; by default the commands with their channels. */
  readonly see?: (session: SmtpSession) => string;
}

const INSIDE = /^plain EHLO, plain STARTTLS, tls EHLO, tls MAIL, tls RCPT, tls DATA/;

/** Faults of outgoing mail. */
export const OUTGOING_MAIL: Partial<Record<FaultName, OutgoingObservation>> = {
  'outbound-swallows-mail': { good: INSIDE, faulty: /^nobody came$/ },
  'outbound-never-uses-tls': { good: INSIDE, faulty: /^plain EHLO, plain MAIL/ },
  'outbound-skips-second-ehlo': { good: INSIDE, faulty: /^plain EHLO, plain STARTTLS, tls MAIL/ },
  'outbound-keeps-capabilities-across-tls': {
    good: INSIDE,
    faulty: /tls EHLO, tls MAIL, tls RCPT, tls BDAT/,
  },
  'outbound-obeys-size-from-before-tls': { good: INSIDE, faulty: /tls EHLO, tls QUIT$/ },
  'outbound-keeps-input-across-tls': {
    good: /^EHLO mail\.home\.test\|$/,
    faulty: /^EHLO mail\.home\.test\|MAIL FROM/,
    script: [
      { stage: 'STARTTLS', append: { base64: base64(line('250 injected')) } },
      { stage: 'EHLO', channel: 'tls', delayMs: 300 },
    ],
    see: ({ events }) => {
      const inside = events.filter((event) => event.kind !== 'mark' && event.channel === 'tls');
      const answered = inside.findIndex(({ kind }) => kind === 'sent');
      return inside
        .slice(0, answered)
        .map((event) => ('bytes' in event ? event.bytes.toString() : ''))
        .join('')
        .replaceAll(CRLF.toString(), '|');
    },
  },
  'outbound-pipelines-after-starttls': {
    good: /^$/,
    faulty: /^MAIL FROM:<>/,
    see: ({ betweenStarttlsAndHello }) => betweenStarttlsAndHello.toString(),
  },
  'outbound-ignores-required-tls': {
    good: /^plain EHLO, plain STARTTLS, plain QUIT$/,
    faulty: /^plain EHLO, plain STARTTLS, plain MAIL/,
    to: STRICT,
    script: [{ stage: 'STARTTLS', reply: { code: 454 } }],
  },
};
