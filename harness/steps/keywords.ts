import type { ClientOptions, Pop3Client, Services, SmtpClient } from '../check/check.ts';

/** The keywords that the last EHLO or CAPA announced, in their order. */
export function keywordsOf({
  capabilities,
}: Pick<SmtpClient, 'capabilities'> | Pick<Pop3Client, 'capabilities'>): readonly string[] {
  return [...(capabilities?.keywords.keys() ?? [])];
}

/** The keywords that a role of SMTP announces, learned on a connection of its own. */
export async function announcedKeywords(
  { smtp }: Pick<Services, 'smtp'>,
  options: ClientOptions = { at: 'ready' },
): Promise<readonly string[]> {
  const client = await smtp(options);
  client.connection.close();
  return keywordsOf(client);
}
