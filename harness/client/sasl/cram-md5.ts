import { createHmac } from 'node:crypto';
import type { SaslCredentials, SaslMechanism } from './mechanism.ts';

/**
 * CRAM-MD5: login name and keyed MD5 of the challenge (RFC 2195 §2). The digest allows guessing the
 * password offline and is a secret.
 */
export function cramMd5({ login, password }: SaslCredentials): SaslMechanism {
  let answered = false;
  return {
    name: 'CRAM-MD5',
    clientFirst: false,
    respond(challenge) {
      if (answered) return 'cancel';
      answered = true;
      const digest = createHmac('md5', password).update(challenge).digest('hex');
      return {
        bytes: Buffer.from(`${login} ${digest}`),
        secrets: [Buffer.from(digest)],
      };
    },
  };
}
