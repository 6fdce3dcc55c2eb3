import { CRLF } from '../../wire/bytes.ts';
import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import { type Reply, reply } from '../smtp/reply.ts';
import type { SmtpSession, Transaction } from '../smtp/session.ts';
import { checkAuthorPolicy } from './author-policy.ts';
import { reportFailure } from './failure-reports.ts';
import type { Finding } from './finding.ts';
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
  // Mail for elsewhere is that of users, who logged in some other way.
  const isForUs = transaction.recipients.some(({ account, forwardedTo }) => account ?? forwardedTo);
  if (!lookups || session.role !== 'mx' || session.account || !isForUs) {
    const isChecked = lookups && session.role !== 'mx' && site.faulty('submission-applies-spf');
    const sender = isChecked && (await checkSenderPolicy(session, transaction.sender, message, lookups));
    const refusal = sender ? sender.refusal : undefined;
    return { message, results: Buffer.alloc(0), mailbox: 'INBOX', ...(refusal && { refusal }) };
  }
  const sender = await checkSenderPolicy(session, transaction.sender, message, lookups);
  const signatures = await checkSignatures(site, message, lookups);
  const author = await checkAuthorPolicy(site, { message, sender, signatures }, lookups);
  if (author.evaluated) {
    const { clientAddress } = session.connection;
    site.reporter?.note({ ...author.evaluated, clientAddress, disposition: author.disposition });
    if (author.evaluated.dkim === 'fail' && author.evaluated.spf === 'fail')
      await reportFailure(site, author.evaluated.record, message);
  }
  const results = Buffer.concat([
    resultsField(site, recordable(site, [...sender.findings, ...signatures.findings, ...author.findings])),
    ...(sender.receivedSpf === undefined || site.faulty('results-not-recorded')
      ? []
      : [Buffer.from(sender.receivedSpf), CRLF]),
    secondOpinion(site, sender.findings),
  ]);
  const cleaned = withoutForgedResults(site, message);
  const admission = site.faulty('results-at-the-bottom')
    ? { message: withFieldsAtBottom(cleaned, results), results: Buffer.alloc(0) }
    : { message: cleaned, results };
  if (sender.refusal) return { ...admission, refusal: sender.refusal, mailbox: 'INBOX' };
  if (signatures.refusal) return { ...admission, refusal: signatures.refusal, mailbox: 'INBOX' };
  if (author.disposition === 'reject') {
    const refusal = reply(550, '5.7.1', 'The domain of the author asks to refuse this message (DMARC)');
    return { ...admission, refusal, mailbox: 'INBOX' };
  }
  return {
    ...admission,
    mailbox: author.disposition === 'quarantine' ? 'Junk' : (sender.mailbox ?? 'INBOX'),
  };
}

function withFieldsAtBottom(message: Buffer, fields: Buffer): Buffer {
  const { header, separator, body } = splitMessage(message);
  return Buffer.concat([header, fields, separator, body]);
}

/** Under a fault: what another evaluator makes of the sender, under a name of its own. */
function secondOpinion(site: Site, findings: readonly Finding[]): Buffer {
  if (!site.faulty('spf-evaluators-disagree') || findings.length === 0) return Buffer.alloc(0);
  const harsh = findings.map((one) =>
    one.result === 'softfail' || one.result === 'neutral' ? { ...one, result: 'fail' } : one,
  );
  return resultsField({ hostname: `filter.${site.hostname}` }, harsh);
}

/** The findings that are written down: all of them, without a fault. */
function recordable(site: Site, findings: readonly Finding[]): readonly Finding[] | null {
  if (site.faulty('results-not-recorded')) return null;
  if (site.faulty('results-of-spf-alone')) return findings.filter(({ method }) => method === 'spf');
  if (!site.life.recordsOneSignature) return findings;
  const signatures = findings.filter(({ method }) => method === 'dkim');
  const told = signatures.find(({ result }) => result === 'pass') ?? signatures[0];
  return findings.filter((one) => one.method !== 'dkim' || one === told);
}
