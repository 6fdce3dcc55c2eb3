import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { publishAuthor } from './author.ts';
import { assertResultsAreSeen } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectPass } from './expectation.ts';
import { compose, withContent } from './letter.ts';

export const severalSignaturesAreIndependent = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-013',
    slug: 'several-signatures-are-independent',
    title: 'Multiple signatures are evaluated independently',
    sends:
      'messages with a good signature after a broken one, before one, after twenty, and one of a third party before a broken one of the author',
    demands: 'the good one is recorded as good',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc6376#4.2', 'rfc6376#6.1'],
    waits: deliveries(4),
    kills: ['dkim-looks-at-first-signature-only', 'dkim-looks-at-ten-signatures'],
  },
  async (services) => {
    const { variant, bytes, authentication } = services;
    const { dkim } = authentication;
    const sight = assertResultsAreSeen(services);
    const key = await dkim.signingKey('rsa-2048');
    const record = { selector: 'ordinary', text: dkim.keyRecord(key) };
    const author = await publishAuthor(
      services,
      (domain) => [record, { ...record, domain: `broken.${domain}` }],
      { sight },
    );
    const other = await publishAuthor(services, () => [record], { label: 'other' });
    const signature = (message: Buffer, domain: string) =>
      dkim.signature(message, { domain, selector: 'ordinary', key });
    const own = { good: author.domain, bad: `broken.${author.domain}` };
    const thirdParty = { good: other.domain, bad: author.domain };
    const cases = [
      { name: 'after a broken one', ...own, before: 1, after: 0 },
      { name: 'before a broken one', ...own, before: 0, after: 1 },
      { name: 'after twenty', ...own, before: 20, after: 0 },
      // Nothing is decided by a signature of somebody else, so that it shows in results alone.
      ...(sight === 'enforced' ? [] : [{ name: 'of a third party', ...thirdParty, before: 1, after: 0 }]),
    ];
    for (const { name, good, bad, before, after } of cases) {
      await variant(name, async (verify) => {
        const write = () => {
          const letter = compose(services, author);
          // Good for another body, so that every verifier finds it broken without a look at the key.
          const spoilt = signature(Buffer.concat([letter.content, bytes.line('More.')]), bad);
          const content = Buffer.concat([
            ...Array.from({ length: before }, () => spoilt),
            signature(letter.content, good),
            ...Array.from({ length: after }, () => spoilt),
            letter.content,
          ]);
          return withContent(letter, content);
        };
        const outcome = await attempt(services, write);
        // Verifiers may limit how many they look at.
        const strength = before > 1 ? verify.ideally : verify;
        expectPass(services, strength, outcome, `a good signature ${name} is found`, good);
      });
    }
  },
);
