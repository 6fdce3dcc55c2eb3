import { MAILDROP, type Pop3Client, type Services } from '../../harness/check/check.ts';
import { openPop3, POP3_ROLES } from '../../harness/steps/pop3-login.ts';

/** Newest messages that are looked through. */
const NEWEST = 200;

/** The maildrop of the first account, open inside TLS; undefined where no POP3 is declared. */
export async function openMaildrop(services: Services): Promise<Pop3Client | undefined> {
  return POP3_ROLES.some((one) => services.target.endpoints[one])
    ? openPop3(services, { utf8: true })
    : undefined;
}

/** A message as RETR hands it out, dots unstuffed; undefined where there is no POP3, or no such message. */
export async function retrieveByPop3(services: Services, token: string): Promise<Buffer | undefined> {
  return services.alone(MAILDROP, async () => {
    const client = await openMaildrop(services);
    if (!client) return undefined;
    try {
      return (await findByPop3(client, token))?.bytes;
    } finally {
      await client.quit();
    }
  });
}

/** The newest message that carries the token, and its size as LIST tells it. */
export async function findByPop3(
  client: Pop3Client,
  token: string,
): Promise<{ readonly bytes: Buffer; readonly size: number } | undefined> {
  const { sizes } = await client.list();
  for (const [number, size] of [...sizes].slice(-NEWEST).reverse()) {
    const { bytes } = await client.retr(number);
    if (bytes?.includes(token)) return { bytes, size };
  }
  return undefined;
}
