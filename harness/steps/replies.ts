import type { Services, SmtpReply } from '../check/check.ts';

/** Anything with a reply code. */
type Coded = Pick<SmtpReply, 'code'>;

/** First digit of the code: 2 for done, 3 for go on, 4 for not now, 5 for never (RFC 5321 §4.2.1); 0 of no reply. */
export function classOf(reply: Coded | undefined): number {
  return Math.floor((reply?.code ?? 0) / 100);
}

/** 2yz: done (RFC 5321 §4.2.1). */
export function isPositive({ code }: Coded): boolean {
  return code >= 200 && code < 300;
}

/** 4yz: refused for now (RFC 5321 §4.2.1). */
export function isTemporary({ code }: Coded): boolean {
  return code >= 400 && code < 500;
}

/** 5yz: refused for good (RFC 5321 §4.2.1). */
export function isPermanent({ code }: Coded): boolean {
  return code >= 500 && code < 600;
}

/** Ends the check where a refusal is for now only, after all the patience that the target asks for. */
export function assertDecided(
  { inconclusive }: Pick<Services, 'inconclusive'>,
  reply: Pick<SmtpReply, 'code' | 'lines'>,
): void {
  if (isTemporary(reply)) inconclusive('precondition', `Refused for now, again and again: ${lineOf(reply)}`);
}

/** The session goes on: any reply shows it, but for 421, which ends it (RFC 5321 §3.8). */
export function isAlive({ code }: Coded): boolean {
  return code !== 421;
}

/** The server does not know the command at all (RFC 5321 §4.2.4). */
export function isUnknown({ code }: Coded): boolean {
  return code === 500 || code === 502;
}

/** Code and lines of a reply as received, on one line, for comparison and for reports. */
export function lineOf({ code, lines }: Pick<SmtpReply, 'code' | 'lines'>): string {
  return `${code} ${lines.join(' / ')}`;
}
