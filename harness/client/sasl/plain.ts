import type { SaslCredentials, SaslMechanism } from './mechanism.ts';
import { scriptedMechanism } from './scripted.ts';

/** PLAIN: `[authzid] NUL authcid NUL passwd` in one message (RFC 4616 §2). */
export function plain(credentials: SaslCredentials): SaslMechanism {
  return scriptedMechanism('PLAIN', [
    { bytes: plainMessage(credentials), secrets: [Buffer.from(credentials.password)] },
  ]);
}

export function plainMessage({ login, password, authorizationId = '' }: SaslCredentials): Buffer {
  return Buffer.from([authorizationId, login, password].join('\0'));
}
