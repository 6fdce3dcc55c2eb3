import type { Pop3Client, Services } from '../../harness/check/check.ts';
import { openPop3, POP3_ROLES } from '../../harness/steps/pop3-login.ts';

/** Newest messages that are looked through. */
const NEWEST = 200;

/** The maildrop of the first account, open inside TLS; undefined where no POP3 is declared. */
export async function openMaildrop(services: Services): Promise<Pop3Client | undefined> {
  return POP3_ROLES.some((one) => services.target.endpoints[one])
    ? openPop3(services, { utf8: true })
    : undefined;
}

/**
 * The newest message that carries the token, and its size as LIST tells it.
 * @param octets its likely size: messages of about that size are looked at first
 */
export async function findByPop3(
  client: Pop3Client,
  token: string,
  octets: number,
): Promise<{ readonly bytes: Buffer; readonly size: number } | undefined> {
  const { sizes } = await client.list();
  const newest = [...sizes].slice(-NEWEST).reverse();
  newest.sort(([, one], [, other]) => Math.abs(one - octets) - Math.abs(other - octets));
  for (const [number, size] of newest) {
    const { bytes } = await client.retr(number);
    if (bytes?.includes(token)) return { bytes, size };
  }
  return undefined;
}
