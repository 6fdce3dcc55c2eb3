/** Certificates for scripts: what they say, whom they name, and whether they lead to a trust anchor. */
export { type CertificateFacts, readCertificate } from './certificate.ts';
export { disorder } from './chain-order.ts';
export { matchesHostName } from './host-name.ts';
export { type TrustPath, trustAnchors, trustPath } from './trust-path.ts';
