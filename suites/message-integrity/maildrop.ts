import type { Pop3Client, Services } from '../../harness/check/check.ts';

/** Newest messages that are looked through. */
const NEWEST = 40;

/** The maildrop of the first account, open inside TLS; undefined where no POP3 is declared. */
export async function openMaildrop(services: Services): Promise<Pop3Client | undefined> {
  const { target, pop3, account, inconclusive } = services;
  const role = (['pop3s', 'pop3'] as const).find((one) => target.endpoints[one]);
  if (!role) return undefined;
  const { login, password } = account();
  const client = await pop3({ role, at: 'tls' });
  const reply = await client.userPass(login, password);
  return reply.status === '+OK'
    ? client
    : inconclusive('precondition', `The login at ${role} is refused: ${reply.text}`);
}

/** A message as RETR hands it out, dots unstuffed; undefined where there is no POP3, or no such message. */
export async function retrieveByPop3(services: Services, token: string): Promise<Buffer | undefined> {
  const client = await openMaildrop(services);
  if (!client) return undefined;
  try {
    return (await findByPop3(client, token))?.bytes;
  } finally {
    await client.quit();
  }
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
