import { CRLF } from '../../wire/bytes.ts';
import { type Reply, reply } from '../smtp/reply.ts';
import type { SmtpSession, Transaction } from '../smtp/session.ts';
import { checkAuthorPolicy } from './author-policy.ts';
import { withoutForgedResults } from './forged-results.ts';
import { resultsField } from './results-field.ts';
import { checkSenderPolicy } from './sender-policy.ts';
import { checkSignatures } from './signatures.ts';

/** What is done with a message after it was checked. */
export interface Admission {
  /** What its domain asked for; nothing else is done then. */
  readonly refusal?: Reply;
  /** The message without forged results. */
  readonly message: Buffer;
  /** Header fields that go above everything else. */
  readonly results: Buffer;
  readonly mailbox: 'INBOX' | 'Junk';
}

/**
 * Checks a message from a stranger by SPF, DKIM and DMARC, records the results and does what DMARC asks:
 * reject is answered 550 5.7.1, quarantine goes to Junk. SPF alone refuses nothing (RFC 9989 §7.1).
 */
export async function admit(
  session: SmtpSession,
  transaction: Transaction,
  message: Buffer,
): Promise<Admission> {
  const { site } = session;
  const { lookups } = site;
  if (!lookups || session.role !== 'mx' || session.account)
    return { message, results: Buffer.alloc(0), mailbox: 'INBOX' };
  const sender = await checkSenderPolicy(session, transaction.sender, lookups);
  const signatures = await checkSignatures(site, message, lookups);
  const author = await checkAuthorPolicy(site, sender, signatures, lookups);
  const admission = {
    message: withoutForgedResults(site, message),
    results: Buffer.concat([
      resultsField(site, [...sender.findings, ...signatures.findings, ...author.findings]),
      ...(sender.receivedSpf === undefined ? [] : [Buffer.from(sender.receivedSpf), CRLF]),
    ]),
  };
  if (signatures.refusal) return { ...admission, refusal: signatures.refusal, mailbox: 'INBOX' };
  if (author.disposition === 'reject') {
    const refusal = reply(550, '5.7.1', 'The domain of the author asks to refuse this message (DMARC)');
    return { ...admission, refusal, mailbox: 'INBOX' };
  }
  return { ...admission, mailbox: author.disposition === 'quarantine' ? 'Junk' : 'INBOX' };
}
