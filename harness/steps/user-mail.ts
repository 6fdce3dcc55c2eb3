import type { Services } from '../check/check.ts';

/** Mail of the first account as whoever got it has it. */
export interface UserMail {
  readonly content: Buffer;
  /** Reverse-path without brackets; undefined where a mailbox does not tell it by one Return-Path. */
  readonly sender: string | undefined;
}

/** Whom a user writes to, so that what he sends is seen: somebody elsewhere in a lab, else himself. */
export async function readerOf(
  { hasLab, lab, account }: Pick<Services, 'hasLab' | 'lab' | 'account'>,
  token: string,
): Promise<string> {
  return hasLab ? lab().externalRecipient(token) : account().address;
}

/**
 * What came to the address that `readerOf` gave; null where it does not come in the time for deliveries.
 * @param mail `token` as it stands in the message, and in no other one
 * @throws Inconclusive where the mailbox cannot be read
 */
export async function readerGot(
  services: Pick<Services, 'hasLab' | 'lab' | 'inMailbox'>,
  {
    recipient,
    token,
    content,
  }: { readonly recipient: string; readonly token: string; readonly content: Buffer },
): Promise<UserMail | null> {
  if (services.hasLab) {
    const arrived = await services.lab().waitForMessage({ recipient, kind: 'delivery' });
    return arrived && { content: arrived.content, sender: arrived.sender };
  }
  const stored = await services.inMailbox({ token, sent: content });
  if (!stored) return null;
  const paths = stored.fields.filter(({ name }) => name === 'return-path');
  const [path] = paths;
  const sender = paths.length === 1 && path ? /^\s*<([^>]*)>\s*$/.exec(path.value)?.[1] : undefined;
  return { content: stored.bytes, sender };
}
