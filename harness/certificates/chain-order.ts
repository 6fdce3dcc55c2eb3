import { X509Certificate } from 'node:crypto';
import { isSameAuthority, nameOf } from './trust-path.ts';

/**
 * What is out of order in a list of certificates as a server of TLS 1.2 must send it (RFC 5246 §7.4.2: each certifies
 * the one in front of it), as a sentence without full stop. Certificates of one authority may stand side by side, and
 * what certifies nothing is left out: clients skip both.
 * @param sent DER, the server certificate first
 */
export function disorder(sent: readonly Buffer[]): string | undefined {
  const list = sent.map((der) => new X509Certificate(der));
  for (const [at, one] of list.entries()) {
    const before = list[at - 1];
    if (!before) continue;
    if (list.slice(0, at).some(({ raw }) => raw.equals(one.raw))) return `${nameOf(one)} is sent twice`;
    if (before.checkIssued(one) || isSameAuthority(before, one)) continue;
    const certified = list.slice(0, at).find((earlier) => earlier.checkIssued(one));
    if (certified) return `${nameOf(one)} certifies ${nameOf(certified)} and stands after ${nameOf(before)}`;
  }
  return undefined;
}
