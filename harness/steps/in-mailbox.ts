import type { MailSought } from '../check/mail.ts';
import type { MailAwaited, WatchedMessage } from '../check/mail-watch.ts';
import type { Services } from '../check/services.ts';
import { type StoredMessage, storedMessage } from '../messages/stored-message.ts';
import type { Role } from '../model/roles.ts';
import { POP3_ROLES } from './pop3-login.ts';

/** Ways into a mailbox, best first: only IMAP sees others than INBOX and the octets as they are stored. */
export const MAILBOX_ROLES: readonly Role[] = ['imaps', 'imap', 'pop3s', 'pop3'];

/** Why nothing is said about mailboxes that cannot be read. */
export const NO_MAILBOX = 'The target declares neither IMAP nor POP3, so no mailbox can be read.';

/** The target declares a way into a mailbox. */
export function hasMailbox({ endpoints }: Pick<Services['target'], 'endpoints'>): boolean {
  return MAILBOX_ROLES.some((way) => endpoints[way]);
}

/**
 * Ends what builds on what lies in a mailbox, or on what does not: a report that cannot be seen may have come.
 * @throws Inconclusive where the target declares no way into one
 */
export function assertHasMailbox({ target, inconclusive }: Pick<Services, 'target' | 'inconclusive'>): void {
  if (!hasMailbox(target)) inconclusive('precondition', NO_MAILBOX);
}

/** Why a message that is not in INBOX may have been delivered all the same. */
export const INBOX_ALONE =
  'The message was taken and is not in INBOX; POP3 shows no other mailbox, such as Junk.';

/** Mailboxes beside INBOX are seen. */
export function seesJunk({ endpoints }: Pick<Services['target'], 'endpoints'>): boolean {
  return endpoints.imap !== undefined || endpoints.imaps !== undefined;
}

/**
 * Ends what would take a message for lost that is not in INBOX.
 * @throws Inconclusive where POP3 alone shows the mailbox, because a filter may have put it elsewhere
 */
export function assertSeesJunk({ target, inconclusive }: Pick<Services, 'target' | 'inconclusive'>): void {
  if (!seesJunk(target)) inconclusive('precondition', INBOX_ALONE);
}

/**
 * Waits for a message in a mailbox of the target, Junk and every other one included; null where it does
 * not come. Reports that quote it are passed over (RFC 3462).
 * @throws Inconclusive where the mailbox cannot be read
 */
export function inMailbox(services: Services, sought: MailSought): Promise<StoredMessage | null> {
  const isPatient = sought.withinMs === undefined;
  return awaited(services, sought, (message) => !isReport(message), { isPatient });
}

/**
 * Waits for a message about a message that went elsewhere: a report in the mailbox of its sender, in
 * whatever form and folder, that quotes the token; null where none comes, and where the target declares no
 * way into a mailbox, which is noted.
 * @throws Inconclusive where the mailbox that is declared cannot be read
 */
export async function returnedMail(
  services: Services,
  sought: Omit<MailSought, 'sent'>,
): Promise<StoredMessage | null> {
  if (!hasMailbox(services.target)) {
    services.note('No mailbox can be read, so it was not looked whether a report came back.');
    return null;
  }
  // A report comes when the target gives up, which says nothing about how long a delivery takes.
  return awaited(services, { ...sought, sent: NOTHING }, () => true);
}

const NOTHING = Buffer.alloc(0);

async function awaited(
  services: Services,
  { token, sent, account, withinMs }: MailSought,
  isSought: (message: StoredMessage) => boolean,
  how: Pick<MailAwaited, 'isPatient' | 'byPop3'> = {},
): Promise<StoredMessage | null> {
  const { target, mailboxes } = services;
  assertHasMailbox(services);
  const taken = ({ mailbox, bytes }: WatchedMessage) => storedMessage(mailbox, bytes, sent);
  const found = await mailboxes.awaited({
    account: account ?? services.account(),
    token,
    withinMs: withinMs ?? target.timing.outboundMs,
    ...how,
    isAwaited: (message) => isSought(taken(message)),
  });
  return found && taken(found);
}

/**
 * A message in INBOX as POP3 hands it out, dots unstuffed. One look is taken, since it is known to be there.
 * @returns null where POP3 does not show it, or no POP3 is declared
 * @throws Inconclusive, NotApplicable where nobody can log in safely
 */
export async function inMaildrop(
  services: Services,
  sought: Omit<MailSought, 'withinMs'>,
): Promise<StoredMessage | null> {
  if (!POP3_ROLES.some((role) => services.target.endpoints[role])) return null;
  return awaited(services, { ...sought, withinMs: 0 }, (message) => !isReport(message), { byPop3: true });
}

function isReport({ fields }: StoredMessage): boolean {
  return fields.some(({ name, value }) => name === 'content-type' && /^multipart\/report\b/i.test(value));
}
