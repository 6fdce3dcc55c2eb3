import type { ImapClient, Services } from '../../harness/check/services.ts';

/**
 * Whether a report about a message lies in the INBOX of the first account, as a sentence; null where there is
 * none, or where no IMAP lets us look. Nothing else in there carries the nonce of the check.
 */
export async function reportInMailbox(services: Services, token: string): Promise<string | null> {
  const { target, account, note } = services;
  const { login, password } = account();
  const client = await openImap(services);
  if (!client) {
    note('No IMAP is declared, so it was not looked whether a report came back.');
    return null;
  }
  try {
    if ((await client.login(login, password)).status !== 'OK') {
      note('The IMAP login failed, so it was not looked whether a report came back.');
      return null;
    }
    await client.select('INBOX', { readOnly: true });
    const { untagged } = await client.command(`SEARCH TEXT ${token}`);
    const found = untagged.some(({ label, values = [] }) => label === 'SEARCH' && values.length > 0);
    return found ? `a message about it lies in the INBOX of ${login} at ${target.name}` : null;
  } finally {
    client.connection.close();
  }
}

function openImap({ target, imap }: Services): Promise<ImapClient> | null {
  if (target.endpoints.imaps) return imap({ role: 'imaps' });
  if (target.endpoints.imap) return imap({ role: 'imap', at: 'tls' });
  return null;
}
