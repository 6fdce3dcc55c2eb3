import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { FaultName } from '../../model/faults.ts';
import { TICKET_KEYS } from './early-data.ts';

/** SSL_OP_NO_EXTENDED_MASTER_SECRET of OpenSSL, which Node does not name. */
const NO_EXTENDED_MASTER_SECRET = 1;
/** OpenSSL itself refuses what these faults are about at every higher level. */
const ANYTHING = 'DEFAULT@SECLEVEL=0';

/** How this server speaks TLS, as its faults have it. */
export function tlsSettings(faulty: (fault: FaultName) => boolean): SecureContextOptions {
  const good: SecureContextOptions = {
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
  const serverChooses = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_CIPHER_SERVER_PREFERENCE;
  const changes: readonly [FaultName, SecureContextOptions][] = [
    ['certificate-signed-with-sha1', { ciphers: ANYTHING }],
    ['certificate-key-rsa-1024', { ciphers: ANYTHING }],
    ['tls-accepts-1-0-and-1-1', { minVersion: 'TLSv1', ciphers: ANYTHING }],
    ['tls-ends-at-1-1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: ANYTHING }],
    ['tls-without-1-3', { maxVersion: 'TLSv1.2' }],
    ['tls-accepts-anonymous-suites', { ciphers: 'ALL:@SECLEVEL=0', dhparam: 'auto' }],
    [
      'tls-prefers-rsa-key-transport',
      { ciphers: 'AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256', secureOptions: serverChooses },
    ],
    [
      'tls-accepts-rsa-key-transport',
      { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256', secureOptions: serverChooses },
    ],
    [
      'tls-without-extended-master-secret',
      { secureOptions: constants.SSL_OP_NO_RENEGOTIATION | NO_EXTENDED_MASTER_SECRET },
    ],
    ['tls-accepts-early-data', { ticketKeys: TICKET_KEYS }],
  ];
  let settings = good;
  for (const [fault, change] of changes) if (faulty(fault)) settings = { ...settings, ...change };
  return settings;
}
