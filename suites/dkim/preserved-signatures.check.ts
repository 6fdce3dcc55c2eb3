import { check, type Services } from '../../harness/check/check.ts';
import { assertStored, attempt } from './attempt.ts';
import { publishAuthor, type SignatureOrder } from './author.ts';
import { messages, RECEIVED_MAIL } from './dkim-check.ts';
import { compose, withContent } from './letter.ts';
import { publishedTexts } from './published-keys.ts';

const LONG = 998;

export const signaturesSurviveDelivery = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-016',
    slug: 'signatures-survive-delivery',
    title: 'Relaying and storing preserve foreign signatures',
    sends:
      'a signed message with UTF-8 text (8BITMIME where it is offered), long lines, trailing spaces and leading dots',
    demands:
      'its signature verifies in the copy that the mailbox hands out, and no field that was sent is gone',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc5321#3.6.3', 'rfc5321#6.4', 'rfc6152#3'],
    waits: messages(1),
    limits: ['Copies that a rule of the mailbox forwards are not looked at.'],
    kills: ['message-gets-footer', 'message-loses-eighth-bit', 'message-unknown-fields-dropped'],
  },
  async (services) => {
    const { verify, offer, authentication } = services;
    const { dkim } = authentication;
    const eightBit = await offersEightBit(services);
    const key = await dkim.signingKey('rsa-2048');
    const author = await publishAuthor(services, () => [{ selector: 'ordinary', text: dkim.keyRecord(key) }]);
    const letter = compose(services, author, {
      fields: [
        'MIME-Version: 1.0',
        `Content-Type: text/plain; charset=utf-8`,
        `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}`,
        'X-Unsigned: a field that nobody signed',
      ],
      body: services.bytes.lines(
        eightBit ? 'Grüße und Küsse, 挨拶' : 'Greetings',
        '.a dot in front',
        '..two dots',
        'white space at the end   ',
        'a'.repeat(LONG),
        'end',
      ),
    });
    const order: SignatureOrder = { domain: author.domain, selector: 'ordinary', key };
    const signed = dkim.signed(
      letter.content,
      { ...order, canonicalization: 'relaxed/relaxed' },
      { ...order, canonicalization: 'simple/simple' },
    );
    const outcome = await attempt(services, withContent(letter, signed), (mail) =>
      offer({ ...mail, ...(eightBit ? { parameters: 'BODY=8BITMIME' } : {}) }),
    );
    const stored = assertStored(services, outcome);
    const fields = stored.fields.map(({ name, value }) => `${name}: ${value}`);
    const verified = await dkim.verify(stored.bytes, publishedTexts(services));
    for (const [form, strength] of [
      ['relaxed/relaxed', verify],
      // What only this form notices is another folding or spacing.
      ['simple/simple', verify.ideally],
    ] as const) {
      const found = verified.find(
        ({ domain, tags }) => domain === author.domain && dkim.tagValue(tags, 'c') === form,
      );
      strength.that(found?.result === 'pass', {
        demand: `a signature with c=${form} still verifies in the mailbox`,
        expected: 'pass',
        actual: found
          ? `${found.result} (${found.reason || 'no reason given'})`
          : 'no such signature is left',
      });
    }
    const unsigned = 'x-unsigned: a field that nobody signed';
    verify.ideally.that(fields.includes(unsigned), {
      demand: 'a field that nobody signed is kept as well',
      expected: unsigned,
      actual: fields.find((field) => field.startsWith('x-unsigned')) ?? 'no such field',
    });
  },
);

async function offersEightBit({ smtp, target }: Services): Promise<boolean> {
  const client = await smtp({ role: 'mx', at: target.claims.mxRequiresTls ? 'tls' : 'ready' });
  const offered = client.capabilities?.keywords.has('8BITMIME') ?? false;
  await client.quit();
  return offered;
}
