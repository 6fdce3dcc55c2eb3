import { check, type Services } from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { openStranger } from '../../harness/steps/smtp-login.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { assertStored, attempt } from './attempt.ts';
import { ordinaryAuthor } from './author.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { signedLetter } from './letter.ts';

const LONG = 998;
const UNSIGNED = 'a field that nobody signed';

export const signaturesSurviveDelivery = check(
  {
    ...SIGNED_MAIL,
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
    waits: deliveries(1),
    limits: ['Copies that a rule of the mailbox forwards are not looked at.'],
    kills: ['message-gets-footer', 'message-loses-eighth-bit', 'message-unknown-fields-dropped'],
  },
  async (services) => {
    const { verify, offer, authentication } = services;
    const { dkim } = authentication;
    const eightBit = await offersEightBit(services);
    const { author, order } = await ordinaryAuthor(services);
    const forms = ['relaxed/relaxed', 'simple/simple'] as const;
    const orders = forms.map((canonicalization) => ({ ...order, canonicalization }));
    const parts = {
      fields: [
        'MIME-Version: 1.0',
        `Content-Type: text/plain; charset=utf-8`,
        `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}`,
        `X-Unsigned: ${UNSIGNED}`,
      ],
      body: services.bytes.lines(
        eightBit ? 'Grüße und Küsse, 挨拶' : 'Greetings',
        '.a dot in front',
        '..two dots',
        'white space at the end   ',
        'a'.repeat(LONG),
        'end',
      ),
    };
    const outcome = await attempt(
      services,
      () => signedLetter(services, author, orders, parts),
      (mail) => offer({ ...mail, ...(eightBit ? { parameters: 'BODY=8BITMIME' } : {}) }),
    );
    const stored = assertStored(services, outcome);
    const verified = await dkim.verify(stored.bytes, publishedTexts(services));
    for (const form of forms) {
      // What only the simple form notices is another folding or spacing.
      const strength = form === 'simple/simple' ? verify.ideally : verify;
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
    const unsigned = stored.fields.find(({ name }) => name === 'x-unsigned')?.value;
    verify.ideally.equal(unsigned, UNSIGNED, 'a field that nobody signed is kept as well');
  },
);

async function offersEightBit(services: Services): Promise<boolean> {
  const client = await openStranger(services);
  await client.quit();
  return extensionsOf(client).has('8BITMIME');
}
