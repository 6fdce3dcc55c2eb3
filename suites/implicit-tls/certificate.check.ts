import { check, type Services, TlsFailed } from '../../harness/check/check.ts';
import { describe, presentedCertificates } from './presented.ts';
import { atTheDoor, SHAKES_HANDS, strengthFor } from './tls-door.ts';

/** What the checks of this file have in common. */
const CERTIFICATES = {
  ...SHAKES_HANDS,
  sends: 'a handshake that names the host, and the same for certificates of each key family',
  level: 'MUST',
  severity: 'high',
  budget: '20s',
} as const;

const DAY_MS = 86_400_000;

export const certificateLeadsToTrustAnchor = check(
  {
    ...CERTIFICATES,
    id: 'ITLS-005',
    slug: 'certificate-leads-to-trust-anchor',
    title: 'Server certificate chains to a trusted root and is complete',
    demands:
      'what the server sends leads to the trust anchor of the target, by the rules of RFC 5280; with TLS 1.2 each certificate certifies the one in front of it',
    clauses: ['rfc8314#4.4', 'rfc7817#3', 'rfc8446#4.4.2', 'rfc5280#6.1', 'rfc5246#7.4.2'],
    limits: [
      'Missing certificates are not fetched: a path that only such clients find counts as none.',
      'Revocation is not looked at.',
      'Without a declared trust anchor the list of Mozilla that Node carries is the measure.',
      'On port 25 a self-signed certificate can be right (DANE-EE, RFC 7672 §3.1.1): there it is a warning.',
    ],
    kills: [
      'certificate-self-signed',
      'certificate-of-unknown-authority',
      'certificate-chain-incomplete',
      'certificate-outside-name-constraints',
      'certificate-with-unknown-critical-extension',
      'certificates-out-of-order',
    ],
  },
  async (services) => {
    const { certificates, target } = services;
    const strength = strengthFor(services.verify, services);
    const anchors = certificates.trustAnchors(target.trustAnchor);
    for (const shown of await presentedCertificates(services)) {
      const path = certificates.trustPath(shown.sent, anchors);
      strength.that(path.trusted, {
        demand: `the ${describe(shown)} leads to a trust anchor by what the server sends`,
        expected: target.trustAnchor
          ? 'a path to the declared trust anchor'
          : 'a path to a public trust anchor',
        actual: path.trusted ? path.path.join(' < ') : path.text,
      });
      const found = certificates.disorder(shown.sent);
      // TLS 1.3 clients sort by themselves (RFC 8446 §4.4.2).
      if (found === undefined || !(await speaksTls12(services))) continue;
      services.verify.ideally.missed(`certificates stand in order after the ${describe(shown)}`, {
        expected: 'each certifies the one in front of it',
        actual: found,
      });
    }
  },
);

async function speaksTls12(services: Services): Promise<boolean> {
  const connection = await atTheDoor(services);
  try {
    await connection.startTls({ serverName: services.target.hostname, maxVersion: 'TLSv1.2' });
    return true;
  } catch (failure) {
    if (failure instanceof TlsFailed) return false;
    throw failure;
  } finally {
    connection.close();
  }
}

export const certificateNamesHost = check(
  {
    ...CERTIFICATES,
    id: 'ITLS-006',
    slug: 'certificate-names-host',
    title: 'Certificate carries a dNSName for the host name clients use',
    demands: 'a dNSName matches the host; for users one covers the mail domain too',
    clauses: ['rfc7817#5', 'rfc7817#3', 'rfc9525#6.3'],
    limits: ['On port 25 a wrong name is a warning: opportunistic clients do not compare it.'],
    kills: ['certificate-of-another-host', 'certificate-names-subject-only', 'certificate-omits-mail-domain'],
  },
  async (services) => {
    const { certificates, role, target, verify, inconclusive } = services;
    if (isAddress(target.hostname))
      inconclusive(
        'precondition',
        `The target is declared by its address ${target.hostname} alone, so it is not known which name clients use: "host-name" tells.`,
      );
    const strength = strengthFor(verify, services);
    for (const shown of await presentedCertificates(services)) {
      const { dnsNames, commonNames } = shown.leaf;
      const names = (host: string) => dnsNames.some((name) => certificates.matchesHostName(name, host));
      const named = names(target.hostname);
      const inSubject = commonNames.some((name) => certificates.matchesHostName(name, target.hostname));
      const aside = !named && inSubject ? '; it stands in the subject alone, where no client may look' : '';
      const held = strength.that(named, {
        demand: `a dNSName of the ${describe(shown)} is the host name`,
        expected: target.hostname,
        actual: `${dnsNames.join(' ') || 'no dNSName'}${aside}`,
      });
      // The mail domain is what users know; a relaying server looks for the exchanger.
      if (!held || role === 'mx') continue;
      verify.ideally.that(names(target.domain), {
        demand: `a dNSName of the ${describe(shown)} covers the mail domain`,
        expected: target.domain,
        actual: dnsNames.join(' '),
      });
    }
  },
);

/** IPv4 in dotted quads, or IPv6; a host name has letters and no colon (RFC 1123 §2.1). */
function isAddress(name: string): boolean {
  return /^[\d.]+$|:/.test(name);
}

export const certificateIsCurrent = check(
  {
    ...CERTIFICATES,
    id: 'ITLS-007',
    slug: 'certificate-is-current',
    title: 'Certificate is inside its validity period with renewal margin',
    demands: 'valid now, and for 14 more days or a third of its lifetime, whichever is less',
    clauses: ['rfc8314#4.4', 'rfc5280#4.1.2.5'],
    limits: [
      'The clock of this machine is taken to be right.',
      'On port 25 an expired certificate is a warning: DANE-EE does not look at dates (RFC 7672 §3.1.1).',
    ],
    kills: ['certificate-expired', 'certificate-not-yet-valid', 'certificate-about-to-expire'],
  },
  async (services) => {
    const { verify } = services;
    const strength = strengthFor(verify, services);
    const now = Date.now();
    for (const shown of await presentedCertificates(services)) {
      const { notBefore, notAfter } = shown.leaf;
      const period = `${notBefore.toISOString()} to ${notAfter.toISOString()}`;
      const held = strength.that(notBefore.getTime() <= now && now <= notAfter.getTime(), {
        demand: `the ${describe(shown)} is valid now`,
        expected: `a period around ${new Date(now).toISOString()}`,
        actual: period,
      });
      if (!held) continue;
      const marginMs = Math.min(14 * DAY_MS, (notAfter.getTime() - notBefore.getTime()) / 3);
      verify.ideally.that(notAfter.getTime() - now >= marginMs, {
        demand: `the ${describe(shown)} leaves time to renew it`,
        expected: `${days(marginMs)} days or more`,
        actual: `${days(notAfter.getTime() - now)} days (${period})`,
      });
    }
  },
);

function days(ms: number): string {
  return (ms / DAY_MS).toFixed(1);
}

/** Curves of RFC 9325 §4.5, RFC 8422 §5.1.1, RFC 8446 §4.2.7 and RFC 8734, as OpenSSL names them. */
const RECOMMENDED_CURVES = [
  ...['prime256v1', 'secp384r1', 'secp521r1', 'ed25519', 'ed448'],
  ...['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'],
];

export const certificateKeysMeetFloor = check(
  {
    ...CERTIFICATES,
    id: 'ITLS-008',
    slug: 'certificate-keys-meet-floor',
    title: 'Certificate keys and signatures meet the floor (RSA >= 2048 or ECDSA >= P-256, no SHA-1/MD5)',
    demands: 'keys of the server and of intermediates are strong, and their signatures collision-resistant',
    clauses: ['rfc9325#4.5'],
    kills: ['certificate-key-rsa-1024', 'certificate-signed-with-sha1'],
  },
  async (services) => {
    const { certificates, verify } = services;
    for (const shown of await presentedCertificates(services)) {
      for (const der of shown.sent) {
        const { subject, key, signature, signatureHash, selfSigned } = certificates.readCertificate(der);
        const isLeaf = der === shown.sent[0];
        // A root is trusted as it is; how it signed itself proves nothing.
        if (selfSigned && !isLeaf) continue;
        const elliptic = key.curve !== undefined;
        const floor = elliptic ? 224 : 2_048;
        verify.that((key.bits ?? 0) >= floor, {
          demand: `the key of ${subject} is strong`,
          expected: `${floor} bits or more`,
          actual: `${key.kind} ${key.curve ?? ''} ${key.bits ?? 'of unknown size'}`.replaceAll('  ', ' '),
        });
        if (elliptic) {
          verify.ideally.that(RECOMMENDED_CURVES.includes(key.curve ?? ''), {
            demand: `the curve of ${subject} is a recommended one`,
            expected: RECOMMENDED_CURVES.join(' '),
            actual: key.curve ?? '',
          });
        }
        verify.that(!['MD2', 'MD4', 'MD5', 'SHA-1'].includes(signatureHash ?? ''), {
          demand: `the signature on ${subject} withstands collisions`,
          expected: 'no SHA-1 and no MD5',
          actual: signature,
        });
      }
    }
  },
);
