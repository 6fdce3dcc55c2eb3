import { createHash, X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '../certificates/authority.ts';
import type { CertificateStore } from '../certificates/store.ts';
import type { KeyPair } from './options.ts';

/** The same store, where a good certificate for one name is given. */
export function withGiven(
  store: CertificateStore,
  name: string,
  given: KeyPair | undefined,
): CertificateStore {
  if (given === undefined) return store;
  const issued = asIssued(given);
  return {
    authority: store.authority,
    issue: (request) =>
      request.variant === 'good' && request.names.length === 1 && request.names[0] === name
        ? Promise.resolve(issued)
        : store.issue(request),
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function asIssued({ chain, key }: KeyPair): IssuedCertificate {
  const [own, issuer = own] = (chain.match(PEM) ?? []).map((pem) => new X509Certificate(pem));
  if (own === undefined || issuer === undefined)
    throw new Error('expected a certificate in PEM form, got none');
  return {
    chain,
    key,
    notBefore: own.validFromDate.toISOString(),
    notAfter: own.validToDate.toISOString(),
    digests: {
      certificate: digest(own.raw),
      publicKey: digestOfKey(own),
      issuerCertificate: digest(issuer.raw),
      issuerPublicKey: digestOfKey(issuer),
    },
  };
}

function digestOfKey({ publicKey }: X509Certificate): string {
  return digest(publicKey.export({ type: 'spki', format: 'der' }));
}

function digest(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
