import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { publishAuthor } from './author.ts';
import { assertNotSwitchedOff, assertResultsAreSeen, observeGoodSignature } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectPass, judgeEach } from './expectation.ts';
import { signedLetter } from './letter.ts';

export const goodSignaturesAreRecorded = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-001',
    slug: 'good-signatures-are-recorded',
    title: 'Valid rsa-sha256 signatures verify and the result is recorded',
    sends: 'a message from elsewhere with an rsa-sha256 signature of 2048 bits, relaxed/relaxed',
    demands:
      'dkim=pass for the domain of the signature stands in the stored message, or signatures decide about mail of domains that ask for it (DMARC)',
    level: 'MUST',
    severity: 'high',
    clauses: [
      'rfc8301#3.1',
      'rfc6376#6.1.3',
      'rfc6376#3.3',
      'rfc6376#3.5',
      'rfc6376#3.6.1',
      'rfc6376#3.6.2',
      'rfc6376#3.6.2.1',
      'rfc6376#3.7',
      'rfc6376#3.9',
      'rfc6376#3.11',
      'rfc6376#6.3',
      'rfc8601#2.7.1',
    ],
    waits: deliveries(3),
    upholds: ['inbound-authentication.dkim'],
    kills: ['dkim-verifies-nothing', 'results-not-recorded'],
  },
  async (services) => {
    const { verify, target, inconclusive } = services;
    assertNotSwitchedOff(services);
    const { kind, line } = await observeGoodSignature(services);
    if (kind === 'unknown') return inconclusive('precondition', line);
    const verified = verify.that(kind !== 'absent' && kind !== 'misjudges', {
      demand: 'a good signature is verified',
      expected: 'dkim=pass for the domain of the signature, or a query for its key',
      actual: line,
    });
    if (!verified) return;
    // Who neither records nor enforces anything has verified in vain.
    const declared = target.claims.inboundAuthentication?.dkim === 'mark';
    const followed = kind === 'records' || (kind === 'enforces' && !declared);
    const strength = declared ? verify : verify.ideally;
    strength.that(followed, {
      demand: 'the result is recorded, or enforced where a domain asks for it',
      expected: declared ? 'dkim=pass, for the target is declared to record results' : 'dkim=pass',
      actual: line,
    });
  },
);

export const ed25519SignaturesVerify = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-002',
    slug: 'ed25519-signatures-verify',
    title: 'Ed25519-SHA256 signatures verify',
    sends: 'a message with an ed25519-sha256 signature; one with such a signature and one by rsa-sha256',
    demands: 'each signature is recorded as dkim=pass',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc8463#3', 'rfc8463#5', 'rfc8463#4.1', 'rfc8463#4.2'],
    waits: deliveries(3),
    kills: ['dkim-knows-no-ed25519'],
  },
  async (services) => {
    const { variant, authentication, note } = services;
    const { dkim } = authentication;
    const sight = assertResultsAreSeen(services);
    const [rsa, ed25519] = await Promise.all([dkim.signingKey('rsa-2048'), dkim.signingKey('ed25519')]);
    const below = (domain: string) => `ed25519.${domain}`;
    const author = await publishAuthor(
      services,
      (domain) => [
        { selector: 'rsa', text: dkim.keyRecord(rsa) },
        // Below the domain of the author, so that the two results can be told apart.
        { selector: 'ed', domain: below(domain), text: dkim.keyRecord(ed25519) },
      ],
      { sight },
    );
    const signatures = {
      rsa: { domain: author.domain, selector: 'rsa', key: rsa },
      ed25519: { domain: below(author.domain), selector: 'ed', key: ed25519 },
    };
    await variant('ed25519 alone', async (verify) => {
      const { ed25519: order } = signatures;
      const outcome = await attempt(services, () => signedLetter(services, author, [order]));
      expectPass(services, verify, outcome, 'a signature by Ed25519 verifies', order.domain);
    });
    if (sight === 'enforced') {
      note(
        'Two signatures in one message are not tried: one good signature hides another where nothing is recorded.',
      );
      return;
    }
    await variant('rsa and ed25519', async (verify) => {
      await judgeEach(
        Object.values(signatures),
        (orders) => attempt(services, () => signedLetter(services, author, orders)),
        (outcome, { domain }) =>
          expectPass(services, verify, outcome, 'both signatures of a message verify', domain),
      );
    });
  },
);
