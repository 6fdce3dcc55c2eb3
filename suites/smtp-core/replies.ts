import type { SmtpReply } from '../../harness/check/check.ts';

/** Anything with a reply code. */
type Coded = Pick<SmtpReply, 'code'>;

export function isPositive({ code }: Coded): boolean {
  return code >= 200 && code < 300;
}

export function isTemporary({ code }: Coded): boolean {
  return code >= 400 && code < 500;
}

/** The server does not know the command at all (RFC 5321 §4.2.4). */
export function isUnknown({ code }: Coded): boolean {
  return code === 500 || code === 502;
}

/** A reply as received, for comparison and for reports. */
export function lineOf({ code, lines }: SmtpReply): string {
  return `${code} ${lines.join(' / ')}`;
}
