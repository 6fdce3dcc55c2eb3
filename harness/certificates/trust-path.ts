import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { readCertificate } from './certificate.ts';

/** Whether certificates lead to a trust anchor. */
export type TrustPath =
  | {
      readonly trusted: true;
      /** Subjects from the server to the anchor. */
      readonly path: readonly string[];
    }
  | {
      readonly trusted: false;
      readonly why: 'self-signed' | 'unknown-root' | 'issuer-missing' | 'broken' | 'not-for-servers';
      /** What is wrong, as a sentence without full stop. */
      readonly text: string;
    };

/**
 * DER of the anchors that a PEM text holds; for null those that Node trusts, which is Mozilla's list unless
 * it was started with others.
 */
export function trustAnchors(pem: string | null): readonly Buffer[] {
  const texts = pem === null ? getCACertificates('default') : pem.split(/(?=-----BEGIN CERTIFICATE-----)/);
  return texts.filter((text) => text.includes('-----BEGIN CERTIFICATE-----')).map(derOf);
}

function derOf(pem: string): Buffer {
  return new X509Certificate(pem).raw;
}

/**
 * Looks for a path from a server certificate to a trust anchor among what the server sent (RFC 5280 §6.1:
 * names, signatures, authority of the issuers, their dates). Nothing is fetched. The dates of the server
 * certificate itself are left out: whoever cares compares them. Revocation is not looked at.
 * @param sent DER, the server certificate first
 * @param anchors DER
 */
export function trustPath(sent: readonly Buffer[], anchors: readonly Buffer[], now = new Date()): TrustPath {
  const [leaf] = sent.map((der) => new X509Certificate(der));
  if (!leaf) return { trusted: false, why: 'broken', text: 'the server sent no certificate' };
  if (!readCertificate(leaf.raw).forServers) {
    return { trusted: false, why: 'not-for-servers', text: 'its extended key usage leaves out TLS servers' };
  }
  const issuers = sent.slice(1).map((der) => new X509Certificate(der));
  const roots = anchors.map((der) => new X509Certificate(der));
  const objections: string[] = [];

  function extend(path: readonly X509Certificate[]): readonly X509Certificate[] | undefined {
    const last = path.at(-1) ?? leaf;
    if (!last) return undefined;
    if (roots.some((root) => root.raw.equals(last.raw))) return path;
    for (const issuer of [...roots, ...issuers]) {
      if (path.includes(issuer) || !last.checkIssued(issuer)) continue;
      const objection = objectionTo(issuer, last, path.length - 1, now);
      if (objection) {
        objections.push(objection);
        continue;
      }
      if (roots.includes(issuer)) return [...path, issuer];
      const found = extend([...path, issuer]);
      if (found) return found;
    }
    return undefined;
  }

  const found = extend([leaf]);
  if (found) return { trusted: true, path: found.map(nameOf) };
  const [objection] = objections;
  if (objection) return { trusted: false, why: 'broken', text: objection };
  if (readCertificate(leaf.raw).selfSigned) {
    return { trusted: false, why: 'self-signed', text: 'it is signed by its own key and no trust anchor' };
  }
  const last = lastOf(leaf, issuers);
  if (readCertificate(last.raw).selfSigned) {
    return {
      trusted: false,
      why: 'unknown-root',
      text: `it leads to ${nameOf(last)}, which is no trust anchor`,
    };
  }
  const missing = oneLine(last.issuer);
  return {
    trusted: false,
    why: 'issuer-missing',
    text: `${missing}, the issuer of ${nameOf(last)}, is neither sent nor a trust anchor`,
  };
}

/** Where the chain of what was sent ends. */
function lastOf(leaf: X509Certificate, issuers: readonly X509Certificate[]): X509Certificate {
  let last = leaf;
  for (let step = 0; step < issuers.length; step += 1) {
    const next = issuers.find((issuer) => issuer !== last && last.checkIssued(issuer));
    if (!next) break;
    last = next;
  }
  return last;
}

/** @param below authorities between the issuer and the server certificate */
function objectionTo(
  issuer: X509Certificate,
  subject: X509Certificate,
  below: number,
  now: Date,
): string | undefined {
  const { notBefore, notAfter, pathLength } = readCertificate(issuer.raw);
  if (!subject.verify(issuer.publicKey))
    return `the signature of ${nameOf(issuer)} on ${nameOf(subject)} does not verify`;
  if (!issuer.ca) return `${nameOf(issuer)}, the issuer of ${nameOf(subject)}, is no authority`;
  if (now < notBefore || now > notAfter)
    return `${nameOf(issuer)}, its issuer, is outside its validity period`;
  if (pathLength !== undefined && below > pathLength)
    return `${nameOf(issuer)} allows ${pathLength} authorities below it, and there are ${below}`;
  return undefined;
}

function nameOf(certificate: X509Certificate): string {
  return oneLine(certificate.subject) || 'a certificate without subject';
}

/** Node puts each part of a name on a line of its own. */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
