import type { TlsOptions as NodeTlsOptions, SecureVersion } from 'node:tls';
import {
  type CertificateRequest,
  type CertificateSettings,
  parseCertificateRequest,
} from '../certificates/request.ts';
import type { CertificateStore } from '../certificates/store.ts';
import { fieldsOf, type Parse, parseBoolean, parseList, parseOneOf, parseString } from '../input/parse.ts';

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly (TlsVersion &
  SecureVersion)[];

/** How a server of the lab speaks TLS. */
export interface TlsOptions {
  /** A good certificate for the server's host name when absent. */
  certificate?: CertificateRequest;
  /** `TLSv1` when absent: refusing is up to the other side. */
  minVersion?: TlsVersion;
  maxVersion?: TlsVersion;
  /** OpenSSL cipher list; everything the library has when absent. */
  ciphers?: string;
  /** Asks the client for a certificate and records it; it is never demanded. */
  requestClientCertificate?: boolean;
  /** Application protocols to choose from (RFC 7301). */
  alpn?: string[];
}

export interface TlsSettings {
  certificate: CertificateSettings;
  minVersion: TlsVersion;
  maxVersion: TlsVersion;
  ciphers: string;
  requestClientCertificate: boolean;
  alpn: string[];
}

/** Weak keys, SHA-1 signatures and TLS below 1.2 are refused by OpenSSL's default security level. */
const EVERYTHING = 'DEFAULT@SECLEVEL=0';

/** The fields of `TlsOptions`, for options that have more fields beside them. */
export function tlsFields(fields: ReturnType<typeof fieldsOf>, certificateNames: string[]): TlsSettings {
  return {
    certificate: fields.withDefault('certificate', parseCertificateRequest, {
      variant: 'good' as const,
      names: certificateNames,
      key: 'ec-p256' as const,
    }),
    minVersion: fields.withDefault('minVersion', parseOneOf(VERSIONS), 'TLSv1' as const),
    maxVersion: fields.withDefault('maxVersion', parseOneOf(VERSIONS), 'TLSv1.3' as const),
    ciphers: fields.withDefault('ciphers', parseString, EVERYTHING),
    requestClientCertificate: fields.withDefault('requestClientCertificate', parseBoolean, false),
    alpn: fields.withDefault('alpn', parseList(parseString), []),
  };
}

export const parseTlsOptions =
  (certificateNames: string[]): Parse<TlsSettings> =>
  (value, path) => {
    const fields = fieldsOf(value, path);
    const settings = tlsFields(fields, certificateNames);
    fields.end();
    return settings;
  };

/** The options of Node's TLS server, with the certificate issued. */
export async function nodeTlsOptions(
  settings: TlsSettings,
  certificates: CertificateStore,
): Promise<NodeTlsOptions> {
  const issued = await certificates.issue(settings.certificate);
  return {
    cert: issued.chain,
    key: issued.key,
    minVersion: settings.minVersion,
    maxVersion: settings.maxVersion,
    ciphers: settings.ciphers,
    requestCert: settings.requestClientCertificate,
    rejectUnauthorized: false,
    ...(settings.alpn.length === 0 ? {} : { ALPNProtocols: settings.alpn }),
  };
}
