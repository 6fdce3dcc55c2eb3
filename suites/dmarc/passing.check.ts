import { check, type Services } from '../../harness/check/check.ts';
import { publish, silentDomain, strangerDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import {
  assertEvaluated,
  assertJudged,
  judgedAttempt,
  outcomeOf,
  verifyInInbox,
  verifyPassed,
} from './evaluation.ts';
import { attempt, wordsOf } from './trial.ts';

const common = {
  ...AUTHORED_MAIL,
  level: 'MUST',
  budget: '90s',
} as const;
const REJECT = 'v=DMARC1; p=reject';

export const alignedSignaturePasses = check(
  {
    ...common,
    id: 'DMARC-002',
    slug: 'aligned-signature-passes',
    title: 'An aligned DKIM pass alone yields dmarc=pass',
    sends: 'a message with a good signature of its author from an address that no SPF record names',
    demands: 'it is delivered to INBOX with dmarc=pass, where results are recorded',
    severity: 'high',
    clauses: ['rfc9989#5.3.5', 'rfc9989#4.4.1', 'rfc9989#7.1', 'rfc9989#8'],
    kills: ['dmarc-ignores-signatures'],
  },
  async (services) => {
    const { variant } = services;
    await variant('forwarded', async (verify) => {
      const domain = await signingDomain(services, 'signed');
      const forwarder = await strangerDomain(services, 'forwarder');
      const handling = await judgedAttempt(services, domain, {
        name: 'forwarded',
        sender: `srs@${forwarder}`,
        signedBy: [domain],
      });
      verifyInInbox(verify, handling, 'a signed message that somebody forwards is delivered');
      verifyPassed(verify, handling, 'the signature of the author is enough');
    });
    await variant('with a failing SPF record', async (verify) => {
      const domain = await signingDomain(services, 'strict');
      const handling = await attempt(services, {
        name: 'spf-fails',
        author: `author@${domain}`,
        sender: `author@${domain}`,
        signedBy: [domain],
      });
      await assertEvaluated(services, domain, handling);
      if (handling.kind === 'rejected' && handling.stage !== 'DATA') {
        const demand = 'a failing SPF record alone does not refuse what DKIM vouches for (RFC 9989 §7.1)';
        verify.ideally.missed(demand, { expected: 'delivered', actual: wordsOf(handling) });
        return;
      }
      assertJudged(services, handling);
      verifyInInbox(verify, handling, 'the signature of the author is enough');
    });
  },
);

/** A domain that signs its mail, and whose SPF record names nobody. */
function signingDomain(services: Services, label: string): Promise<string> {
  return publish(services, services.lab().domain(label), { dmarc: REJECT, spf: 'nobody', key: true });
}

export const alignedSenderPasses = check(
  {
    ...common,
    id: 'DMARC-003',
    slug: 'aligned-sender-passes',
    title: 'An aligned SPF pass alone yields dmarc=pass; HELO identity does not count',
    sends:
      'a message with a signature that does not fit it and an SPF pass of its author; then one with the null reverse-path, the author in EHLO',
    demands:
      'the first has dmarc=pass; the second too, because postmaster at the EHLO name stands for a null path',
    severity: 'medium',
    clauses: ['rfc9989#4.4.2', 'rfc9989#5.3.5', 'rfc9989#8', 'rfc7208#2.4'],
    kills: ['dmarc-broken-signature-fails'],
  },
  async (services) => {
    const { variant, lab } = services;
    const author = () =>
      publish(services, lab().domain('author'), { dmarc: REJECT, spf: 'sender', key: true });
    await variant('broken signature', async (verify) => {
      const domain = await author();
      const handling = await judgedAttempt(services, domain, {
        name: 'broken',
        sender: `author@${domain}`,
        signedBy: [domain],
        broken: true,
      });
      verify.that(handling.kind === 'inbox' && outcomeOf(handling) !== 'failed', {
        demand: 'SPF of the author is enough, whatever became of the signature',
        expected: 'delivered with dmarc=pass',
        actual: wordsOf(handling),
      });
      verifyPassed(verify, handling, 'SPF of the author is enough');
    });
    await variant('null reverse-path', async (verify) => {
      const domain = await author();
      const handling = await judgedAttempt(services, domain, {
        name: 'null',
        author: `postmaster@${domain}`,
        sender: '',
        hello: domain,
      });
      // Implementations differ about null reverse-paths, so nothing but a note comes of it.
      verify.ideally.that(outcomeOf(handling) === 'passed' || handling.kind === 'inbox', {
        demand: 'the EHLO name stands for a null reverse-path',
        expected: 'dmarc=pass',
        actual: wordsOf(handling),
      });
    });
  },
);

/** Whether an identifier aligns with the author, by mode of alignment (RFC 9989 §4.7, §4.10.2). */
const ALIGNMENTS = [
  { name: 'r: signature of a subdomain', mode: 'r', from: '', by: 'signature', of: 'sub.', aligned: true },
  { name: 's: signature of a subdomain', mode: 's', from: '', by: 'signature', of: 'sub.', aligned: false },
  { name: 'r: sender of a subdomain', mode: 'r', from: '', by: 'sender', of: 'sub.', aligned: true },
  { name: 's: sender of a subdomain', mode: 's', from: '', by: 'sender', of: 'sub.', aligned: false },
  { name: 'r: signature of the parent', mode: 'r', from: 'sub.', by: 'signature', of: '', aligned: true },
  { name: 's: signature of the parent', mode: 's', from: 'sub.', by: 'signature', of: '', aligned: false },
] as const;

export const alignmentModesAreHonoured = check(
  {
    ...common,
    id: 'DMARC-005',
    slug: 'alignment-modes-are-honoured',
    title: 'Strict and relaxed alignment are honoured',
    sends:
      'messages whose signature or sender belongs to a subdomain or the parent of the author, under adkim and aspf r and s',
    demands: 'in relaxed mode they pass, in strict mode they fail',
    severity: 'medium',
    clauses: ['rfc9989#4.7', 'rfc9989#4.10.2'],
    budget: '3m',
    kills: ['dmarc-strict-alignment-ignored', 'dmarc-relaxed-alignment-refused'],
  },
  async (services) => {
    const { variant, lab, inconclusive } = services;
    for (const { name, mode, from, by, of, aligned } of ALIGNMENTS) {
      await variant(name, async (verify) => {
        const domain = await publish(services, lab().domain(mode === 'r' ? 'relaxed' : 'strict', 'arpa'), {
          dmarc: `${REJECT}; adkim=${mode}; aspf=${mode}`,
          spf: 'sender',
          key: true,
        });
        await publish(services, `sub.${domain}`, { spf: 'sender', key: true });
        const silent = await silentDomain(services);
        const handling = await judgedAttempt(services, `${from}${domain}`, {
          name,
          sender: by === 'sender' ? `author@${of}${domain}` : `bounces@${silent}`,
          signedBy: by === 'signature' ? [`${of}${domain}`] : [],
        });
        const outcome = outcomeOf(handling);
        if (outcome === 'unknown' && !aligned)
          inconclusive('precondition', `No result is recorded, and the message was ${wordsOf(handling)}.`);
        const passed = outcome === 'passed' || (outcome === 'unknown' && handling.kind === 'inbox');
        verify.that(passed === aligned, {
          demand: `${by} of ${of || 'the parent '}${domain} ${aligned ? 'aligns' : 'does not align'} with ${from}${domain}`,
          expected: aligned ? 'dmarc=pass' : 'dmarc=fail',
          actual: wordsOf(handling),
        });
      });
    }
  },
);
