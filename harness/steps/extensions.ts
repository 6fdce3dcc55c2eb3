import type { ClientOptions, Services, SmtpClient } from '../check/check.ts';

/** Service extensions that the last EHLO listed, each with its parameters; none where nothing was listed (RFC 5321 §4.1.1.1). */
export function extensionsOf({
  capabilities,
}: Pick<SmtpClient, 'capabilities'>): ReadonlyMap<string, string> {
  return capabilities?.keywords ?? new Map();
}

/** The same of a role, learned on a connection of its own, which is closed again. */
export async function announcedExtensions(
  { smtp }: Pick<Services, 'smtp'>,
  options: ClientOptions = { at: 'ready' },
): Promise<ReadonlyMap<string, string>> {
  const client = await smtp(options);
  client.connection.close();
  return extensionsOf(client);
}

/** `EHLO lists PIPELINING 8BITMIME`, to be cited. */
export function ehloLists(client: Pick<SmtpClient, 'capabilities'>): string {
  return `EHLO lists ${[...extensionsOf(client).keys()].join(' ')}`;
}

/** Ends the check, or the variant, where the session lists no such extension. */
export function assertListed(
  { notApplicable }: Pick<Services, 'notApplicable'>,
  client: Pick<SmtpClient, 'capabilities'>,
  keyword: string,
): void {
  if (!extensionsOf(client).has(keyword)) notApplicable(`${keyword} is not offered.`, ehloLists(client));
}
