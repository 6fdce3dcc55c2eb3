import { check } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { assertLabWasThere, giveTime } from '../../harness/steps/given-time.ts';
import { decisive } from '../../harness/steps/hand-over.ts';
import { removesReceived } from '../../harness/steps/received.ts';
import { readerGot } from '../../harness/steps/user-mail.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { valuesOf } from './header.ts';
import { assertNoExcuse, sendOwnMail } from './own-mail.ts';
import { protocolWord } from './received-field.ts';
import { USER_MAIL } from './submission-check.ts';
import { assertDecided } from './transfer.ts';

/** It judges what the control `mail-leaves` takes for granted, and so does not build on it. */
export const usersReachExternalRecipients = check(
  {
    id: 'SUB-014',
    slug: 'users-reach-external-recipients',
    title: 'Authenticated users can send to external recipients (delivery proven at the receiving server)',
    sends: 'a message of the first account to a recipient elsewhere, after AUTH',
    demands: 'the message arrives at the receiving server',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc6409#3.3', 'rfc5068#3.1', 'rfc5321#2.1', 'rfc5321#4.2.5', 'rfc5321#6.1'],
    ...USER_MAIL,
    budget: '20s',
    waits: deliveries(1),
    limits: [
      'Whether a report came back is looked up by IMAP, in the INBOX of the account, and nowhere else.',
    ],
    kills: ['submission-denies-relay-to-users', 'outbound-swallows-mail'],
  },
  async (services) => {
    const { verify, nonce } = services;
    const given = giveTime(services, services.lab().outboundMs);
    const { transfer, recipient } = await sendOwnMail(services, nonce);
    assertDecided(services, transfer);
    const taken = verify.that(transfer.taken, {
      demand: 'mail of an authenticated user to a recipient elsewhere is taken',
      expected: 'DATA: 250',
      actual: decisive(transfer),
    });
    if (!taken) return;
    const arrived = await services.lab().waitForMessage({ recipient, kind: 'delivery' });
    if (!arrived) assertLabWasThere(services, given);
    if (!arrived) await assertNoExcuse(services, recipient);
    const demand = 'mail that was taken arrives';
    if (arrived)
      verify.met(
        demand,
        `a delivery from ${arrived.clientAddress}: <${arrived.sender}> to <${arrived.recipients.join('>, <')}>`,
      );
    else
      verify.missed(demand, {
        expected: 'a delivery',
        actual: `neither a delivery nor a report within ${services.lab().outboundMs} ms after ${decisive(transfer)}`,
      });
  },
);

/** Protocol words of RFC 3848 and RFC 6531 §4.3 for a session with TLS and AUTH. */
const RIGHT: readonly string[] = ['ESMTPSA', 'UTF8SMTPSA'];
/** Words that deny the login. */
const WRONG: readonly string[] = ['SMTP', 'ESMTP', 'ESMTPS', 'UTF8SMTP', 'UTF8SMTPS'];
/** A cipher suite by the name that OpenSSL or GnuTLS gives it, such as `ECDHE-RSA-AES256-GCM-SHA384`. */
const OTHER_CIPHER_NAME = /[A-Z0-9_-]*(?:AES|CHACHA20|CAMELLIA|3DES|ARIA)[-_]?[A-Z0-9_-]+/i;

export const submissionIsTraceable = check(
  {
    id: 'SUB-015',
    slug: 'submission-is-traceable',
    title: 'Submission is traceable: Received says ESMTPSA and names the cipher suite',
    sends: 'a message of the first account to a recipient elsewhere, after AUTH inside TLS',
    demands: 'the Received field of the target says "with ESMTPSA" and names the cipher suite',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc4954#7', 'rfc3848#1', 'rfc8314#4.3', 'rfc8314#4', 'rfc5068#3.1'],
    ...USER_MAIL,
    needs: ['account', 'dns', 'sink', 'vantage'],
    withoutLab: 'decides-in-mailbox',
    considers: [mailLeaves],
    budget: '15s',
    waits: deliveries(1),
    kills: [
      'submission-received-denies-auth',
      'submission-received-without-cipher',
      'submission-removes-received',
    ],
  },
  async (services) => {
    const { verify, hasLab, lab, nonce, inconclusive, notApplicable, role, target, helloName } = services;
    if (hasLab) services.finding(mailLeaves);
    if (removesReceived(target, role))
      notApplicable('Submission removes Received fields by policy.', 'claims.removes-received is true');
    const { cipher, client, transfer, ...mail } = await sendOwnMail(services, `${nonce}-control`);
    const arrived = transfer.taken ? await readerGot(services, mail) : null;
    if (!arrived)
      return inconclusive(
        'precondition',
        `Ordinary mail of the account does not arrive, so there is no header to read: ${decisive(transfer)}`,
      );
    const fields = valuesOf(arrived.content, 'received');
    const address = hasLab ? lab().vantages[0]?.address : addressIn(client);
    // A filter behind the submission service adds fields of its own on top: the one about us is meant.
    const field =
      fields.find((value) => address !== undefined && value.includes(address)) ??
      fields.find((value) => value.includes(helloName)) ??
      fields[0];
    if (field === undefined) {
      const demand = 'the message carries a Received field of the target';
      verify.ideally.missed(demand, { expected: 'a Received field', actual: 'none' });
      return;
    }
    const word = protocolWord(field);
    const seen = { expected: 'with ESMTPSA', actual: field };
    const truthful = verify.that(!WRONG.includes(word), {
      demand: 'Received does not deny that the client authenticated',
      ...seen,
    });
    if (!truthful) return;
    verify.ideally.that(RIGHT.includes(word), {
      demand: 'Received says that the client authenticated inside TLS',
      ...seen,
    });
    verify.ideally.that(field.includes(cipher) || OTHER_CIPHER_NAME.test(field), {
      demand: 'Received names the cipher suite',
      expected: `tls ${cipher}`,
      actual: field,
    });
  },
);

/** The address of `192.0.2.1:40000` and `[2001:db8::1]:40000`. */
function addressIn(addressAndPort: string): string {
  return /^\[(.+)\]:\d+$/.exec(addressAndPort)?.[1] ?? addressAndPort.replace(/:\d+$/, '');
}
