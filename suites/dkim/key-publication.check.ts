import { check } from '../../harness/check/check.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { keyName } from './author.ts';
import { declaredKeys } from './declared-keys.ts';
import { SENT_MAIL } from './dkim-check.ts';
import { sendSigned } from './sent-mail.ts';

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
    clauses: ['rfc6376#3.6.1', 'rfc6376#3.6.2.2', 'rfc8463#4.2'],
    needs: ['account', 'records', 'sink'],
    waits: deliveries(1),
    byRecordsAlone: {
      safety: 'safe',
      effect: 'reads',
      roles: ['mx', 'submission', 'submissions'],
      per: 'target',
    },
    limits: [
      'Selectors that no signature of this message names are not looked at; without a lab, those that are not declared.',
    ],
    kills: ['key-record-in-two', 'key-record-in-test-mode'],
  },
  async (services) => {
    const { verify, nonce, note, authentication, records } = services;
    const keys =
      records.source === 'lab'
        ? (await sendSigned(services)).signatures.map(keyName)
        : declaredKeys(services);
    const textsOf = publishedTexts(services);
    for (const name of new Set(keys)) {
      const texts = await textsOf(name);
      const [text] = texts;
      verify.that(texts.length === 1, {
        demand: `${name} has one record`,
        expected: '1 TXT record',
        actual: `${texts.length}${texts.map((one) => `: ${one}`).join('')}`,
      });
      if (texts.length !== 1 || text === undefined) continue;
      const key = authentication.dkim.readKeyRecord(text);
      const readable = verify.that(key.defect === undefined, {
        demand: `the record of ${name} is of proper form and holds a key`,
        expected: 'a key',
        actual: `${key.defect ?? ''} ${text}`.trim(),
      });
      if (!readable) continue;
      verify.ideally.that(!key.revoked && !key.testing && key.named, {
        demand: `the record of ${name} is in force, says so, and is not in test mode`,
        expected: 'v=DKIM1 in front, no t=y, p= with a key',
        actual: text,
      });
    }
    for (const domain of new Set(keys.map(domainOfKey))) {
      const texts = await textsOf(keyName({ selector: `none-${nonce}`, domain }));
      if (texts.length > 0)
        note(
          `every selector of ${domain} has a record, for a selector that nobody has is answered too: ${texts[0]}`,
        );
    }
  },
);

/** The domain that a key signs for (RFC 6376 §3.6.2.1). */
function domainOfKey(name: string): string {
  return name.replace(/^.*\._domainkey\./i, '');
}
