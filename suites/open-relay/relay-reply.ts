import type { SmtpReply, Target } from '../../harness/check/check.ts';
import { isPermanent } from '../../harness/steps/replies.ts';

/**
 * What a refusal at RCPT is about, by its own words: the right to relay (RFC 3463 §3.8, x.7.z); the domain of the
 * recipient, which does not exist or cannot be reached (§3.2, x.1.2; RFC 7505 §4.1, x.1.10; RFC 3463 §3.5, x.4.z); or
 * something that it does not say.
 */
export type Subject = 'relaying' | 'domain' | 'unsaid';

const POLICY = /(?:^|[\s#(])5\.7\.\d{1,3}\b/;
const DOMAIN = /(?:^|[\s#(])[45]\.(?:1\.(?:2|10)|4\.\d{1,3})\b/;

/**
 * What stands in angle brackets is quoted, and says nothing.
 * @param names of the target: one of them may have such a word in it
 */
export function subjectOf(reply: Pick<SmtpReply, 'code' | 'lines'>, names: readonly string[] = []): Subject {
  const unquoted = reply.lines.join(' ').replaceAll(/<[^>]*>/g, ' ');
  const text = names.reduce((all, name) => all.replaceAll(name, ' '), unquoted);
  if (/\brelay/i.test(text)) return 'relaying';
  // A policy that refuses for now is greylisting as a rule.
  if (isPermanent(reply) && POLICY.test(text)) return 'relaying';
  return DOMAIN.test(text) ? 'domain' : 'unsaid';
}

/** Names under which the target may take mail, as they are declared. */
export function namesOf({ domain, hostname }: Pick<Target, 'domain' | 'hostname'>): readonly string[] {
  return [hostname, domain];
}

/**
 * Where the recipient of a form lies by what stands after its last at sign: in a domain of somebody else; in one of
 * the target or in none, and the local part is that of an account, alone or with a detail (RFC 5233); or there too,
 * and nobody's.
 */
export type Place = 'elsewhere' | 'account' | 'nobody';

/** @param recipient as it stands after RCPT TO: */
export function placeOf(
  recipient: string,
  own: { readonly names: readonly string[]; readonly mailbox: string },
): Place {
  const path = recipient.replace(/^</, '').replace(/>$/, '');
  const at = path.lastIndexOf('@');
  const domain = path
    .slice(at + 1)
    .replace(/[\s.]+$/, '')
    .toLowerCase();
  const isHere = at < 0 || domain === '' || own.names.some((name) => name.toLowerCase() === domain);
  if (!isHere) return 'elsewhere';
  const local = path.slice(0, Math.max(at, 0)).toLowerCase();
  const mailbox = own.mailbox.toLowerCase();
  return local === mailbox || local.startsWith(`${mailbox}+`) ? 'account' : 'nobody';
}
