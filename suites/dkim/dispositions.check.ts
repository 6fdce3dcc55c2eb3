import { check, type Services, type SignatureOrder } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { type Attempt, attempt, attemptOnce } from './attempt.ts';
import { type Author, keyName, ordinaryAuthor, publishAuthor } from './author.ts';
import { assertEvaluates } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { altered, compose, signedLetter } from './letter.ts';

export const testingChangesNothing = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-010',
    slug: 'testing-changes-nothing',
    title: 'Testing flag t=y gives no different treatment from unsigned mail',
    sends:
      'messages of one domain whose key record says t=y: unsigned, with a good signature, with a broken one',
    demands: 'all three are treated alike',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc6376#3.6.1'],
    waits: deliveries(3),
    kills: ['dkim-refuses-tests'],
  },
  async (services) => {
    const { verify, authentication } = services;
    const { dkim } = authentication;
    assertEvaluates(services);
    const key = await dkim.signingKey('rsa-2048');
    const author = await publishAuthor(services, () => [
      { selector: 'trial', text: dkim.keyRecord(key).replace('k=rsa', 't=y; k=rsa') },
    ]);
    const order = { domain: author.domain, selector: 'trial', key };
    const unsigned = await attemptUnsigned(services, author);
    const signed = () => signedLetter(services, author, [order]);
    // What a good one gains does no harm to a domain that tests.
    const good = 'a good signature by a key in test mode changes nothing';
    verify.ideally.equal(placeOf(await attempt(services, signed)), placeOf(unsigned), good);
    const bad = 'a broken signature by a key in test mode changes nothing';
    verify.equal(placeOf(await attemptBroken(services, author, order)), placeOf(unsigned), bad);
  },
);

export const failuresAreToldApart = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-011',
    slug: 'failures-are-told-apart',
    title: 'Key lookup failure is temporary; cryptographic failure never draws a 4yz',
    sends:
      'a message with a broken signature; one with a good signature whose key the DNS cannot tell (SERVFAIL)',
    demands: 'the first is taken or refused for good, the second is recorded as temperror or deferred',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6376#6.1.2', 'rfc6376#6.3', 'rfc8601#2.7.1'],
    waits: deliveries(2),
    limits: ['A DNS that never answers is not tried, because it holds the connection up.'],
    kills: ['dkim-defers-broken-signatures', 'dkim-unknown-key-passes', 'dkim-unknown-key-is-permanent'],
  },
  async (services) => {
    const { variant, lab, inconclusive } = services;
    const { kind } = assertEvaluates(services);
    const { author, order } = await ordinaryAuthor(services);
    await variant('a broken signature', async (verify) => {
      const outcome = await attemptBroken(services, author, order);
      verify.that(outcome.offered.disposition !== 'deferred', {
        demand: 'a signature that is broken for good is not answered with "try again later"',
        expected: 'any answer but 4yz',
        actual: outcome.line,
      });
    });
    await variant('SERVFAIL for the key', async (verify) => {
      const unknown = { ...order, selector: 'unknown' };
      await lab().dns.fault({ name: keyName(unknown), effect: 'servfail' });
      const outcome = await attemptOnce(services, signedLetter(services, author, [unknown]));
      const { disposition } = outcome.offered;
      const said = outcome.results.map(({ result }) => result);
      const silent = disposition === 'accepted' && said.length === 0;
      if (silent && kind !== 'records')
        inconclusive('precondition', `Nothing was recorded about the signature: ${outcome.line}`);
      verify.that(!said.includes('pass'), {
        demand: 'a signature whose key cannot be looked up does not pass',
        expected: 'temperror',
        actual: outcome.line,
      });
      // A verifier that keeps silent about it has not told anything wrong.
      verify.ideally.that(silent || disposition === 'deferred' || said.includes('temperror'), {
        demand: 'a failure of the DNS is told as a temporary one',
        expected: 'temperror, or 4yz, or nothing',
        actual: outcome.line,
      });
    });
  },
);

export const brokenSignaturesAloneRejectNothing = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-012',
    slug: 'broken-signatures-alone-reject-nothing',
    title: 'Broken or missing signatures alone do not cause rejection',
    sends: 'messages of a domain without DMARC record: unsigned, and with a broken signature',
    demands: 'both are accepted, and lie in the same mailbox',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc6376#6.1', 'rfc6376#6.3'],
    waits: deliveries(2),
    upholds: ['inbound-authentication.dkim'],
    kills: ['dkim-refuses-broken-signatures'],
  },
  async (services) => {
    const { verify, target } = services;
    assertEvaluates(services);
    const { author, order } = await ordinaryAuthor(services);
    const unsigned = await attemptUnsigned(services, author);
    const outcome = await attemptBroken(services, author, order);
    const declared = target.claims.inboundAuthentication?.dkim === 'reject';
    if (declared)
      verify.that(outcome.offered.disposition === 'rejected', {
        demand: 'a message with a failing signature is refused, as declared',
        expected: '550',
        actual: outcome.line,
      });
    const strength = declared ? verify.ideally : verify;
    const taken = strength.that(outcome.offered.disposition !== 'rejected', {
      demand: 'a broken signature alone is no reason to refuse a message',
      expected: `accepted, as without a signature${declared ? '; the target is declared to refuse' : ''}`,
      actual: outcome.line,
    });
    if (taken)
      verify.ideally.equal(placeOf(outcome), placeOf(unsigned), 'a broken signature alone changes nothing');
  },
);

/** Hands in a signed letter whose body is not the one that was signed. */
function attemptBroken(services: Services, author: Author, order: SignatureOrder): Promise<Attempt> {
  return attempt(services, () => altered(signedLetter(services, author, [order]), 'the chair', 'the choir'));
}

/** Hands in a letter without signature, to compare with; ends the check where that gets into no mailbox. */
async function attemptUnsigned(services: Services, author: Author): Promise<Attempt> {
  const outcome = await attempt(services, () => compose(services, author));
  if (outcome.offered.disposition !== 'accepted' || !outcome.stored)
    services.inconclusive('precondition', `An unsigned message does not get into a mailbox: ${outcome.line}`);
  return outcome;
}

/** Where the letter lies, or what became of it instead. */
function placeOf({ stored, line }: Attempt): string {
  return stored ? `in ${stored.mailbox}` : line;
}
