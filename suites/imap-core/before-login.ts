import type { ImapClient, Services } from '../../harness/check/check.ts';

/** A session inside TLS, before the login, that has announced its capabilities. */
export async function beforeLogin({ imap }: Services): Promise<ImapClient> {
  const client = await imap({ at: 'tls' });
  await client.capability();
  return client;
}

/** Literals that do not wait for the server must be offered (RFC 7888 §5, RFC 9051 §4.3); else not applicable. */
export function demandNonSynchronising({ notApplicable }: Services, client: ImapClient): void {
  if (['LITERAL+', 'LITERAL-', 'IMAP4REV2'].some((name) => client.capabilities?.has(name))) return;
  notApplicable('Non-synchronising literals are not offered.', listOf(client));
}

/** The capabilities as a report shows them. */
export function listOf({ capabilities }: ImapClient): string {
  return `CAPABILITY lists ${[...(capabilities ?? [])].join(' ')}`;
}
