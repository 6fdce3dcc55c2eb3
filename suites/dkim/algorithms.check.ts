import { check } from '../../harness/check/check.ts';
import { attempt } from './attempt.ts';
import { ordinaryAuthor, publishAuthor } from './author.ts';
import { assertResultsAreSeen } from './controls.ts';
import { messages, RECEIVED_MAIL } from './dkim-check.ts';
import { expectNoPass, expectPass } from './expectation.ts';
import { compose, withContent } from './letter.ts';

export const sha1NeverPasses = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-005',
    slug: 'sha1-never-passes',
    title: 'rsa-sha1 never passes',
    sends: 'a message with a good signature by rsa-sha1 and a key of 2048 bits',
    demands: 'it is not recorded as good',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8301#3.1'],
    waits: messages(1),
    kills: ['dkim-takes-sha1'],
  },
  async (services) => {
    const { verify, authentication } = services;
    const sight = assertResultsAreSeen(services);
    const { author, order } = await ordinaryAuthor(services, { sight });
    const letter = compose(services, author);
    const content = authentication.dkim.signed(letter.content, { ...order, algorithm: 'rsa-sha1' });
    expectNoPass(services, verify, {
      attempt: await attempt(services, withContent(letter, content)),
      demand: 'a signature by rsa-sha1 does not pass',
    });
  },
);

const SHORT = ['rsa-512', 'rsa-768'] as const;
const LONG_ENOUGH = ['rsa-1024', 'rsa-2048', 'rsa-4096'] as const;

export const shortKeysNeverPass = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-006',
    slug: 'short-keys-never-pass',
    title: 'RSA keys below 1024 bits never pass; 1024 to 4096 bits verify',
    sends: 'messages with good signatures by RSA keys of 512, 768, 1024, 2048 and 4096 bits',
    demands: 'those of 1024 bits and more are recorded as good, the others are not',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8301#3.2', 'rfc6376#3.3.3'],
    waits: messages(SHORT.length + LONG_ENOUGH.length),
    kills: ['dkim-takes-short-keys', 'dkim-takes-no-long-keys'],
  },
  async (services) => {
    const { variant, authentication } = services;
    const { dkim } = authentication;
    const sight = assertResultsAreSeen(services);
    const keys = await Promise.all([...SHORT, ...LONG_ENOUGH].map((kind) => dkim.signingKey(kind)));
    const author = await publishAuthor(
      services,
      () => keys.map((key) => ({ selector: key.kind, text: dkim.keyRecord(key) })),
      { sight },
    );
    for (const key of keys) {
      const bits = key.kind.replace('rsa-', '');
      await variant(`${bits} bits`, async (verify) => {
        const letter = compose(services, author);
        const order = { domain: author.domain, selector: key.kind, key };
        const outcome = await attempt(services, withContent(letter, dkim.signed(letter.content, order)));
        if (SHORT.some((kind) => kind === key.kind)) {
          expectNoPass(services, verify, {
            attempt: outcome,
            demand: `a signature by a key of ${bits} bits does not pass`,
          });
          return;
        }
        // A key of 4096 bits takes several strings and an answer beyond 512 octets.
        const strength = key.kind === 'rsa-4096' ? verify.ideally : verify;
        expectPass(services, strength, {
          attempt: outcome,
          domain: author.domain,
          demand: `a signature by a key of ${bits} bits verifies`,
        });
      });
    }
  },
);
