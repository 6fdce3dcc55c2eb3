import { check, MAILDROP, type Services } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { verifySame } from './comparison.ts';
import { readMessage } from './header.ts';
import { letter } from './letter.ts';
import { extensionsWithout, fateOf, mailArguments, verifyHeldBack } from './next-hop.ts';
import { assertListed } from './session.ts';
import { type Envelope, onEveryWay, TO_MAILBOX, TO_NEXT_HOP, tokenOf } from './ways.ts';

const FIELD = 'x-greetings';
const GREETINGS = 'Grüße поздрав 挨拶 👋';
const LOCAL_PART = 'почта';

export const utf8HeadersAreKept = check(
  {
    id: 'MSG-008',
    slug: 'internationalized-mail-is-kept',
    title: 'With SMTPUTF8, addresses and header fields in UTF-8 arrive as they were written',
    sends:
      'mail with UTF-8 in header fields and envelope, behind SMTPUTF8, to a mailbox and to a next hop that offers it',
    demands: 'the same header field and address; the next hop is given SMTPUTF8',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6531#3.1', 'rfc6531#3.6', 'rfc6532#3'],
    roles: ['mx', 'submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    waits: deliveries(3),
    resources: [MAILDROP],
    limits: [
      'IMAP and POP3 may show clients of old a substitute in US-ASCII (RFC 6857, 6858): a deviation here.',
    ],
    kills: ['message-utf8-header-replaced'],
  },
  async (services) => {
    const { variant, lab, account, inconclusive } = services;
    await onEveryWay(services, {
      label: 'utf-8 header',
      ways: [
        {
          ...TO_MAILBOX,
          send: (all, mail) =>
            assertListed(all, TO_MAILBOX, 'SMTPUTF8').then(() => TO_MAILBOX.send(all, mail)),
        },
      ],
      parameters: 'BODY=8BITMIME SMTPUTF8',
      compose: (envelope, token) => utf8Letter(services, envelope, token),
      judge(verify, copy, { sent }) {
        const [before, after] = [greetingsOf(services, sent), greetingsOf(services, copy.bytes)];
        if (!/=\?utf-8\?/i.test(after.toString('latin1'))) {
          verifySame(verify, `${copy.reader}: the header field in UTF-8 is kept`, before, after);
          return;
        }
        verify.ideally.that(false, {
          demand: `${copy.reader}: the header field is shown in UTF-8`,
          expected: before.toString(),
          actual: after,
        });
      },
    });
    await variant('to the next hop', async (verify) => {
      await assertListed(services, TO_NEXT_HOP, 'SMTPUTF8');
      const receiver = await lab().receiver();
      const token = tokenOf(services, 'utf8', 'out');
      const envelope = { from: account().address, to: `${LOCAL_PART}-${token}@${receiver.domain}` };
      const sent = utf8Letter(services, envelope, token);
      const offered = await submit(services, envelope, sent);
      if (offered.disposition !== 'accepted')
        inconclusive('precondition', `The message is refused: ${offered.line}`);
      const fate = await fateOf(services, receiver, token);
      if (fate.kind === 'held' || fate.kind === 'unseen')
        return inconclusive('timeout', `The message did not arrive in time: ${fate.seen}.`);
      const delivered = verify.that(fate.kind === 'sent', {
        demand: 'a next hop that offers SMTPUTF8 gets the message',
        expected: 'a delivery',
        actual: fate.kind === 'sent' ? 'a delivery' : fate.report,
      });
      if (!delivered || fate.kind !== 'sent') return;
      const { content, recipients } = fate.message;
      verifySame(
        verify,
        'the header field in UTF-8 is kept',
        greetingsOf(services, sent),
        greetingsOf(services, content),
      );
      verify.that(recipients.includes(envelope.to), {
        demand: 'the address in UTF-8 is kept',
        expected: envelope.to,
        actual: recipients.join(', '),
      });
      const given = (await mailArguments(receiver)).at(-1) ?? '';
      verify.that(/\bSMTPUTF8\b/i.test(given), {
        demand: 'the next hop is told that the message is internationalized',
        expected: 'SMTPUTF8',
        actual: `MAIL ${given}`,
      });
    });
  },
);

export const utf8IsReturnedRatherThanMangled = check(
  {
    id: 'MSG-009',
    slug: 'internationalized-mail-is-returned-rather-than-mangled',
    title: 'A next hop without SMTPUTF8 never gets internationalized mail, mangled or not',
    sends:
      'mail for an address in UTF-8, and mail with UTF-8 in its header alone, to a server that does not offer SMTPUTF8',
    demands: 'nothing is delivered with octets or characters that were lost, and the sender is told',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6531#3.2', 'rfc6531#3.6', 'rfc5321#6.1'],
    roles: ['submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '40s',
    waits: deliveries(3),
    resources: [MAILDROP],
    limits: [
      'A message that is held back without a report in time may still be returned later: a deviation.',
    ],
    kills: ['outbound-sends-utf8-regardless', 'outbound-replaces-utf8'],
  },
  async (services) => {
    const { variant, lab, account, inconclusive } = services;
    const inputs = { 'address in UTF-8': LOCAL_PART, 'header in UTF-8': 'ascii' };
    for (const [name, localPart] of Object.entries(inputs)) {
      await variant(name, async (verify) => {
        await assertListed(services, TO_NEXT_HOP, 'SMTPUTF8');
        const receiver = await lab().receiver({ extensions: extensionsWithout('SMTPUTF8') });
        const token = tokenOf(services, name, 'out').toLowerCase();
        const envelope = { from: account().address, to: `${localPart}-${token}@${receiver.domain}` };
        const sent = utf8Letter(services, envelope, token);
        const offered = await submit(services, envelope, sent);
        if (offered.disposition === 'rejected') {
          verify.that(true, {
            demand: 'the message is not sent on',
            expected: 'a refusal or a report',
            actual: offered.line,
          });
          return;
        }
        if (offered.disposition === 'deferred')
          inconclusive('precondition', `The message is refused for now: ${offered.line}`);
        const fate = await fateOf(services, receiver, token);
        if (fate.kind !== 'sent') {
          verifyHeldBack(services, verify, fate);
          return;
        }
        const { content, recipients } = fate.message;
        const shown = greetingsOf(services, content);
        verify.that(localPart === 'ascii' && isEncoded(shown), {
          demand: 'mail that needs SMTPUTF8 is not sent to a server without it',
          expected: 'no delivery',
          actual: Buffer.concat([Buffer.from(`delivered to ${recipients.join(', ')} with `), shown]),
        });
      });
    }
  },
);

function submit({ offer, account }: Services, { from, to }: Envelope, content: Buffer) {
  return offer({ content, sender: from, recipient: to, parameters: 'BODY=8BITMIME SMTPUTF8', as: account() });
}

function utf8Letter(services: Services, { from, to }: Envelope, token: string): Buffer {
  const fields = [
    `X-Greetings: ${GREETINGS}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  return letter(services, { from, to, token, fields, body: services.bytes.line(`${GREETINGS} ${token}`) });
}

function greetingsOf(services: Services, message: Buffer): Buffer {
  const found = readMessage(services, message).fields.find(({ name }) => name === FIELD);
  return found?.octets ?? Buffer.from(`no ${FIELD} field`);
}

/** The greetings as encoded words of RFC 2047, which lose nothing. */
function isEncoded(field: Buffer): boolean {
  const words = [...field.toString('latin1').matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)];
  const decoded = words.map(([, encoding, text = '']) =>
    encoding?.toLowerCase() === 'b'
      ? Buffer.from(text, 'base64')
      : Buffer.from(
          text
            .replaceAll('_', ' ')
            .replace(/=([0-9A-F]{2})/gi, (_, digits: string) =>
              String.fromCharCode(Number.parseInt(digits, 16)),
            ),
          'latin1',
        ),
  );
  return Buffer.concat(decoded).toString().replaceAll(' ', '') === GREETINGS.replaceAll(' ', '');
}
