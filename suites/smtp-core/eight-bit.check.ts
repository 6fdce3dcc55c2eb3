import { check } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { assertListed, ehloLists, extensionsOf } from '../../harness/steps/extensions.ts';
import { takenMessage } from './plain-mail.ts';
import { sendMessage } from './sent-message.ts';
import { beginTransaction, openSender } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

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
    clauses: ['rfc6152#3', 'rfc6531#3.1', 'rfc6531#3.5', 'rfc6531#3.6', 'rfc5321#2.4'],
    ...MAILBOX,
    needs: ['account', 'mailbox-in-part', 'dns', 'sink'],
    withoutLab: 'decides',
    budget: '20s',
    limits: [
      'What becomes of addresses in UTF-8 on the way to others is looked at by the suite message-integrity.',
    ],
    kills: ['message-loses-eighth-bit', 'smtp-lists-smtputf8-alone', 'smtp-takes-utf8-unannounced'],
  },
  async (services) => {
    const { bytes, variant, notApplicable, nonce, target } = services;
    const { client } = await openSender(services);
    const keywords = extensionsOf(client);
    await client.quit();
    if (!keywords.has('8BITMIME') && !keywords.has('SMTPUTF8'))
      notApplicable('Neither extension is offered.', ehloLists(client));
    await variant('what is listed', async (verify) => {
      verify.that(!keywords.has('SMTPUTF8') || keywords.has('8BITMIME'), {
        demand: 'SMTPUTF8 comes with 8BITMIME',
        expected: 'both',
        actual: ehloLists(client),
      });
    });
    await variant('a message in UTF-8', async (verify) => {
      assertListed(services, client, '8BITMIME');
      const parts = { token: nonce, fields: EIGHT_BIT_FIELDS, body: [TEXT] };
      const sent = await sendMessage(services, parts, { mailParameters: ' BODY=8BITMIME' });
      const stored = await takenMessage(services, verify, sent, 'a message in UTF-8');
      if (!stored) return;
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
      // Where the null sender alone is taken, a refusal says nothing about the form of another one.
      if (from !== '') {
        const mail = await sender.command(`MAIL FROM:<prüfung@${domainOf(from)}>`);
        verify.ideally.reply(mail, 'a sender in UTF-8 is refused without SMTPUTF8').codeClass(4, 5);
      }
      sender.connection.close();
      const begun = await beginTransaction(services);
      const rcpt = await begun.client.command(`RCPT TO:<prüfung-${nonce}@${target.domain}>`);
      verify.ideally.reply(rcpt, 'a recipient in UTF-8 is refused without SMTPUTF8').codeClass(4, 5);
    });
  },
);

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
