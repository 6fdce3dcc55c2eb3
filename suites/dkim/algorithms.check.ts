import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { publishAuthor } from './author.ts';
import { assertResultsAreSeen, seenAuthor } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectNoPass, expectPass } from './expectation.ts';
import { signedLetter } from './letter.ts';

export const sha1NeverPasses = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-005',
    slug: 'sha1-never-passes',
    title: 'rsa-sha1 never passes',
    sends: 'a message with a good signature by rsa-sha1 and a key of 2048 bits',
    demands: 'it is not recorded as good',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8301#3.1'],
    waits: deliveries(1),
    kills: ['dkim-takes-sha1'],
  },
  async (services) => {
    const { verify } = services;
    const { author, order } = await seenAuthor(services);
    const letter = () => signedLetter(services, author, [{ ...order, algorithm: 'rsa-sha1' }]);
    expectNoPass(services, verify, await attempt(services, letter), 'a signature by rsa-sha1 does not pass');
  },
);

const SHORT = ['rsa-512', 'rsa-768'] as const;
const LONG_ENOUGH = ['rsa-1024', 'rsa-2048', 'rsa-4096'] as const;

export const shortKeysNeverPass = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-006',
    slug: 'short-keys-never-pass',
    title: 'RSA keys below 1024 bits never pass; 1024 to 4096 bits verify',
    sends: 'messages with good signatures by RSA keys of 512, 768, 1024, 2048 and 4096 bits',
    demands: 'those of 1024 bits and more are recorded as good, the others are not',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8301#3.2', 'rfc6376#3.3.3', 'rfc6376#3.6.2.2'],
    waits: deliveries(SHORT.length + LONG_ENOUGH.length),
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
        const order = { domain: author.domain, selector: key.kind, key };
        const outcome = await attempt(services, () => signedLetter(services, author, [order]));
        const which = `a signature by a key of ${bits} bits`;
        // A key of 4096 bits takes several strings and an answer beyond 512 octets.
        const strength = key.kind === 'rsa-4096' ? verify.ideally : verify;
        if (SHORT.some((kind) => kind === key.kind))
          expectNoPass(services, verify, outcome, `${which} does not pass`);
        else expectPass(services, strength, outcome, `${which} verifies`);
      });
    }
  },
);
