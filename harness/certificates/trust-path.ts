import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { readCertificate } from './certificate.ts';
import { forbiddenName } from './path-rules.ts';

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
 * Looks for any path from a server certificate to a trust anchor among what the server sent (RFC 5280 §6.1:
 * names and their constraints, signatures, authority of the issuers and their dates, critical extensions). Nothing is
 * fetched. The dates of the server certificate itself are left out: whoever cares compares them. Policies and
 * revocation are not looked at.
 * @param sent DER, the server certificate first
 * @param anchors DER
 */
export function trustPath(sent: readonly Buffer[], anchors: readonly Buffer[], now = new Date()): TrustPath {
  const [leaf] = sent.map((der) => new X509Certificate(der));
  if (!leaf) return { trusted: false, why: 'broken', text: 'the server sent no certificate' };
  const { forServers, unknownCritical } = readCertificate(leaf.raw);
  if (!forServers) {
    return { trusted: false, why: 'not-for-servers', text: 'its extended key usage leaves out TLS servers' };
  }
  if (unknownCritical.length > 0) return { trusted: false, why: 'broken', text: unknownIn(leaf) };
  const issuers = unique(sent.slice(1)).map((der) => new X509Certificate(der));
  const roots = anchors.map((der) => new X509Certificate(der));
  const objections: string[] = [];

  type Path = readonly [X509Certificate, ...X509Certificate[]];
  let steps = 0;
  function extend(path: Path): Path | undefined {
    const last = path.at(-1) ?? path[0];
    steps += 1;
    // Authorities that certify each other in all ways make more paths than can be tried.
    if (steps > STEPS_LIMIT) return undefined;
    if (roots.some((root) => root.raw.equals(last.raw))) return path;
    for (const issuer of [...roots, ...issuers]) {
      if (path.some((one) => isSameAuthority(one, issuer)) || !last.checkIssued(issuer)) continue;
      const objection = objectionTo(issuer, path, now) ?? (roots.includes(issuer) ? null : misfit(issuer));
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

const STEPS_LIMIT = 500;

function unique(ders: readonly Buffer[]): readonly Buffer[] {
  return ders.filter((der, at) => ders.findIndex((one) => one.equals(der)) === at);
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

/** @param path from the server certificate to what the issuer signed */
function objectionTo(
  issuer: X509Certificate,
  path: readonly [X509Certificate, ...X509Certificate[]],
  now: Date,
): string | undefined {
  const [leaf] = path;
  const subject = path.at(-1) ?? leaf;
  const below = path.length - 1;
  const { notBefore, notAfter, pathLength } = readCertificate(issuer.raw);
  if (!subject.verify(issuer.publicKey))
    return `the signature of ${nameOf(issuer)} on ${nameOf(subject)} does not verify`;
  if (!issuer.ca) return `${nameOf(issuer)}, the issuer of ${nameOf(subject)}, is no authority`;
  if (now < notBefore || now > notAfter)
    return `${nameOf(issuer)}, its issuer, is outside its validity period`;
  if (pathLength !== undefined && below > pathLength)
    return `${nameOf(issuer)} allows ${pathLength} authorities below it, and there are ${below}`;
  for (const certificate of path) {
    // An authority that renewed its own key is exempt (RFC 5280 §6.1.3).
    if (certificate !== leaf && certificate.subject === certificate.issuer) continue;
    const name = forbiddenName(issuer.raw, certificate.raw);
    if (name !== undefined)
      return `${nameOf(issuer)} is constrained to other names than ${name} of ${nameOf(certificate)}`;
  }
  return undefined;
}

/** The same name and key, whatever the certificate: no path needs it twice. */
export function isSameAuthority(one: X509Certificate, other: X509Certificate): boolean {
  return one.subject === other.subject && one.publicKey.equals(other.publicKey);
}

/** What makes an authority unfit for a path; an anchor is trusted as it is. */
function misfit(issuer: X509Certificate): string | undefined {
  const { forServers, unknownCritical } = readCertificate(issuer.raw);
  if (unknownCritical.length > 0) return unknownIn(issuer);
  return forServers ? undefined : `the extended key usage of ${nameOf(issuer)} leaves out TLS servers`;
}

function unknownIn(certificate: X509Certificate): string {
  const { unknownCritical } = readCertificate(certificate.raw);
  return `${nameOf(certificate)} has critical extensions that nobody knows: ${unknownCritical.join(' ')}`;
}

/** The subject, for people. */
export function nameOf(certificate: X509Certificate): string {
  return oneLine(certificate.subject) || 'a certificate without subject';
}

/** Node puts each part of a name on a line of its own. */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
