import { check, type SmtpClient } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { refusalIsAboutContent } from './plain-mail.ts';
import { beginTransaction, openSender } from './session.ts';

const TEXT = 'Grüße aus Köln: 日本語.';
const EIGHT_BIT_FIELDS = [
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
];

export const eightBitMailIsHonoured = check(
  {
    id: 'SMTP-019',
    slug: 'eight-bit-mail-is-honoured',
    title: '8BITMIME and SMTPUTF8 are honoured together and refused cleanly when unsupported',
    sends:
      'a message in UTF-8 with BODY=8BITMIME; addresses in UTF-8 without SMTPUTF8; on submission, mail from such a user to a receiver without SMTPUTF8',
    demands:
      'all bits are preserved, SMTPUTF8 comes with 8BITMIME, and no address in UTF-8 goes where it was not announced',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc6152#3', 'rfc6531#3.1', 'rfc6531#3.5'],
    roles: ['mx', 'submission', 'submissions'],
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '20s',
    connections: 2,
    limits: [
      'What becomes of addresses in UTF-8 on the way to others is looked at by the suite message-integrity.',
    ],
    kills: ['message-loses-eighth-bit', 'smtp-lists-smtputf8-alone', 'smtp-takes-utf8-unannounced'],
  },
  async (services) => {
    const { bytes, variant, notApplicable, nonce, inMailbox, inconclusive, target } = services;
    const { client } = await openSender(services);
    const keywords = listed(client);
    await client.quit();
    if (!keywords.has('8BITMIME') && !keywords.has('SMTPUTF8'))
      notApplicable('Neither extension is offered.', `EHLO lists ${[...keywords.keys()].join(' ')}`);
    await variant('what is listed', async (verify) => {
      verify.that(!keywords.has('SMTPUTF8') || keywords.has('8BITMIME'), {
        demand: 'SMTPUTF8 comes with 8BITMIME',
        expected: 'both',
        actual: [...keywords.keys()].join(' '),
      });
    });
    await variant('a message in UTF-8', async (verify) => {
      if (!keywords.has('8BITMIME')) notApplicable('8BITMIME is not offered.', 'EHLO');
      const { client: sender, from } = await beginTransaction(services, { mailParameters: ' BODY=8BITMIME' });
      const content = message(services, { token: nonce, from, fields: EIGHT_BIT_FIELDS, body: [TEXT] });
      const end = await sender.data(content);
      await sender.quit();
      await refusalIsAboutContent(services, end);
      if (!verify.reply(end, 'a message in UTF-8 is taken').codeClass(2)) return;
      const stored = await inMailbox({ token: nonce, sent: content });
      if (!stored) return inconclusive('precondition', 'The message was taken and is in no mailbox.');
      const encoding = stored.fields.find(({ name }) => name === 'content-transfer-encoding')?.value ?? '';
      const text = decoded(stored.body, encoding, bytes.CRLF.toString('latin1')).toString('utf8');
      verify.that(text.includes(TEXT), {
        demand: 'all bits of the text are preserved',
        expected: TEXT,
        actual: stored.body,
      });
    });
    await variant('addresses in UTF-8 without SMTPUTF8', async (verify) => {
      const { client: sender, from } = await openSender(services);
      const domain = from.slice(from.lastIndexOf('@') + 1);
      const mail = await sender.command(`MAIL FROM:<prüfung@${domain}>`);
      verify.ideally.that(!isPositive(mail), {
        demand: 'a sender in UTF-8 is refused without SMTPUTF8',
        expected: '550 or 553',
        actual: lineOf(mail),
      });
      sender.connection.close();
      const begun = await beginTransaction(services);
      const rcpt = await begun.client.command(`RCPT TO:<prüfung-${nonce}@${target.domain}>`);
      verify.ideally.that(!isPositive(rcpt), {
        demand: 'a recipient in UTF-8 is refused without SMTPUTF8',
        expected: '550 or 553',
        actual: lineOf(rcpt),
      });
    });
  },
);

function listed(client: SmtpClient): ReadonlyMap<string, string> {
  return client.capabilities?.keywords ?? new Map();
}

/** The body without its transfer encoding: a filter may choose another one. */
function decoded(body: Buffer, encoding: string, crlf: string): Buffer {
  if (/^base64$/i.test(encoding)) return Buffer.from(body.toString('latin1'), 'base64');
  if (!/^quoted-printable$/i.test(encoding)) return body;
  const text = body.toString('latin1').split(`=${crlf}`).join('');
  return Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
