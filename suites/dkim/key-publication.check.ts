import { check } from '../../harness/check/check.ts';
import { messages, SENT_MAIL } from './dkim-check.ts';
import { publishedTexts } from './published-keys.ts';
import { assertSigned, sendOrdinary } from './sent-mail.ts';

export const keysArePublishedProperly = check(
  {
    ...SENT_MAIL,
    id: 'DKIM-023',
    slug: 'keys-are-published-properly',
    title: 'Published key records are valid, unambiguous and not in test mode',
    sends:
      'a message of a user to somebody elsewhere; the keys of its signatures are looked up, and one of a selector that nobody has',
    demands: 'each selector has one record, of proper form, with a key, not in test mode',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6376#3.6.1', 'rfc6376#3.6.2.2'],
    waits: messages(1),
    limits: ['Selectors that no signature of this message names are not looked at.'],
    kills: ['key-record-in-two', 'key-record-in-test-mode'],
  },
  async (services) => {
    const { verify, nonce, note, authentication } = services;
    const mail = await sendOrdinary(services);
    assertSigned(services, mail);
    const textsOf = publishedTexts(services);
    const names = new Set(mail.signatures.map(({ selector, domain }) => `${selector}._domainkey.${domain}`));
    for (const name of names) {
      const texts = await textsOf(name);
      const single = verify.that(texts.length === 1, {
        demand: `${name} has one record`,
        expected: '1 TXT record',
        actual: `${texts.length}${texts.map((text) => `: ${text}`).join('')}`,
      });
      const [text] = texts;
      if (!single || text === undefined) continue;
      const key = authentication.dkim.readKeyRecord(text);
      const readable = verify.that(key.defect === undefined, {
        demand: `the record of ${name} is of proper form and holds a key`,
        expected: 'a key',
        actual: key.defect === undefined ? text : `${key.defect} ${text}`,
      });
      if (!readable) continue;
      verify.ideally.that(!key.revoked && !key.testing && key.named, {
        demand: `the record of ${name} is in force, says so, and is not in test mode`,
        expected: 'v=DKIM1 in front, no t=y, p= with a key',
        actual: text,
      });
    }
    for (const domain of new Set(mail.signatures.map((one) => one.domain))) {
      const texts = await textsOf(`none-${nonce}._domainkey.${domain}`);
      if (texts.length > 0)
        note(
          `every selector of ${domain} has a record, for a selector that nobody has is answered too: ${texts[0]}`,
        );
    }
  },
);
