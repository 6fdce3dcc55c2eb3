import type { Services, SmtpReply } from '../check/check.ts';
import { extensionsOf } from './extensions.ts';
import { isTemporary } from './replies.ts';

/** The credentials are wrong (RFC 4954 §6). */
export const CREDENTIALS_INVALID = 535;

/**
 * Whether 4yz to AUTH in the clear is about TLS, and so a refusal: inside it authentication works as far as to refuse
 * a user whom nobody knows.
 */
export async function isRefusedUntilTls(
  { smtp, bytes, nonce, target }: Services,
  inClear: Pick<SmtpReply, 'code'>,
): Promise<boolean> {
  if (!isTemporary(inClear)) return false;
  const client = await smtp({ at: 'ready' });
  if (extensionsOf(client).has('STARTTLS')) await client.startTls({ serverName: target.hostname });
  if (!client.connection.tls) {
    client.connection.close();
    return false;
  }
  await client.ehlo();
  const nobody = bytes.base64(`\0nobody-${nonce}@${target.domain}\0wrong-${nonce}`);
  const { code } = await client.command(`AUTH PLAIN ${nobody}`);
  client.connection.close();
  return code === CREDENTIALS_INVALID;
}
