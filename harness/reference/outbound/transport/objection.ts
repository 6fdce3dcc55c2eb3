/** Why a TLS session did not come about, as reports call it (RFC 8460 §4.3). */
export type FailureType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure';

/** What is wrong with the certificates of a next hop. */
export interface Objection {
  readonly resultType: FailureType;
  readonly text: string;
}
