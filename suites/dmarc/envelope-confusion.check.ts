import { check } from '../../harness/check/check.ts';
import { protectedDomain, publish, strangerDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { assertEvaluated, isContained } from './evaluation.ts';
import { attempt, recorded, wordsOf } from './trial.ts';

interface EnvelopeCase {
  readonly name: string;
  readonly sender: (names: { readonly victim: string; readonly stranger: string }) => string;
}

/**
 * Reverse-paths that one reader takes for the stranger's and another for the victim's: the forms
 * server_a1, a2, a5, a6 and a7 of the espoofer catalogue (github.com/chenjj/espoofer, MIT), written anew.
 */
const CASES: readonly EnvelopeCase[] = [
  { name: 'a subdomain of the victim that does not exist', sender: ({ victim }) => `any@absent.${victim}` },
  { name: 'an address that does not end', sender: ({ victim }) => `(any@${victim}` },
  { name: 'a parenthesis after the victim', sender: ({ victim, stranger }) => `any@${victim}(.${stranger}` },
  { name: 'a quote after the victim', sender: ({ victim, stranger }) => `any@${victim}'@any.${stranger}` },
  {
    name: 'a route through the victim',
    sender: ({ victim, stranger }) => `@${victim},@any.${stranger}:any@${stranger}`,
  },
  { name: 'a NUL after the victim', sender: ({ victim, stranger }) => `any@${victim}\0.${stranger}` },
];

export const oddSendersDoNotVouch = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-019',
    slug: 'odd-senders-do-not-vouch',
    title: 'Malformed reverse-paths do not authenticate a foreign author',
    sends:
      'forged messages with reverse-paths in which the domain of the author and that of a stranger with an SPF pass are mixed, and the author in EHLO',
    demands: 'they are refused, or the author fails; never dmarc=pass',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc9989#4.4.2', 'rfc5321#4.1.2', 'rfc7208#4.3'],
    budget: '3m',
    kills: ['dmarc-spf-none-counts'],
  },
  async (services) => {
    const { variant } = services;
    const victim = await protectedDomain(services, 'victim');
    const stranger = await strangerDomain(services);
    await publish(services, `any.${stranger}`, { spf: 'sender' });
    for (const { name, sender } of CASES) {
      await variant(name, async (verify) => {
        const handling = await attempt(services, {
          name,
          author: `ceo@${victim}`,
          sender: sender({ victim, stranger }),
          hello: stranger,
        });
        if (handling.kind === 'rejected') {
          verify.met('the message is not taken', wordsOf(handling));
          return;
        }
        await assertEvaluated(services, victim, handling);
        if (handling.kind === 'deferred' || handling.kind === 'lost')
          return services.inconclusive('precondition', `The message was ${wordsOf(handling)}.`);
        verify.that(!recorded(handling, 'dmarc').includes('pass') && isContained(handling), {
          demand: `a reverse-path of this kind does not vouch for ${victim}`,
          expected: 'refused, in Junk, or delivered with dmarc=fail',
          actual: wordsOf(handling),
        });
      });
    }
  },
);
