import { check, type Services } from '../../harness/check/check.ts';
import { publish } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import {
  assertEvaluated,
  assertJudged,
  forgedAttempt,
  outcomeOf,
  verifyContained,
  verifyInInbox,
} from './evaluation.ts';
import { type Handling, wordsOf } from './trial.ts';

/** Queries that one walk up the tree may take (RFC 9989 §4.10). */
const WALK_LIMIT = 8;
const DEEP = 'a.b.c.d.e.f.g.h.i.j';

export const policyIsFoundUpTheTree = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-006',
    slug: 'policy-is-found-up-the-tree',
    title: 'Policy discovery walks the tree and applies sp/np correctly',
    sends:
      'forged messages of a subdomain that exists, of one that does not, of one ten labels deep, and of one with its own p=none, under p=reject; sp=quarantine; np=reject',
    demands:
      'the first three are treated as failing under the policy of the parent, the last one by its own record; a walk takes at most eight queries',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9989#4.10', 'rfc9989#4.10.1', 'rfc9989#4.7'],
    budget: '2m',
    kills: ['dmarc-asks-exact-domain-only'],
    limits: [
      'Receivers that find the organisational domain by the Public Suffix List (RFC 7489) find the same policies here, but ignore np; that is a deviation, not a failure.',
    ],
  },
  async (services) => {
    const { variant, lab } = services;
    const organisation = await publish(services, lab().domain('organisation', 'arpa'), {
      dmarc: 'v=DMARC1; p=reject; sp=quarantine; np=reject',
      spf: 'nobody',
      hosts: ['exists'],
    });
    const handlings = new Map<string, Handling>();
    for (const [name, label] of [
      ['a subdomain that exists', 'exists'],
      ['a subdomain that does not exist', `nx${services.nonce}`],
      ['a deep subdomain', DEEP],
    ] as const) {
      await variant(name, async (verify) => {
        const author = `${label}.${organisation}`;
        const handling = await forge(services, name, author);
        handlings.set(name, handling);
        verifyContained(verify, handling, `the policy of ${organisation} covers ${author}`);
        const asked = await walk(services, author, organisation);
        verify.that(asked.length <= WALK_LIMIT, {
          demand: `the walk for ${author} takes at most ${WALK_LIMIT} queries`,
          expected: `at most ${WALK_LIMIT} names`,
          actual: `${asked.length}: ${asked.join(', ')}`,
        });
      });
    }
    await variant('a subdomain with its own record', async (verify) => {
      const author = await publish(services, `own.${organisation}`, { dmarc: 'v=DMARC1; p=none' });
      const handling = await forge(services, 'own', author);
      verifyInInbox(verify, handling, `the record of ${author} goes before that of its parent`);
    });
    await variant('np before sp', async (verify) => {
      const wordsFor = (handling?: Handling) => (handling ? wordsOf(handling) : 'nothing seen');
      const existing = handlings.get('a subdomain that exists');
      const absent = handlings.get('a subdomain that does not exist');
      if (existing?.kind !== 'junk')
        return services.notApplicable('Quarantine cannot be told from reject here.', wordsFor(existing));
      verify.ideally.that(absent?.kind === 'rejected', {
        demand: 'np=reject goes before sp=quarantine for a name that does not exist',
        expected: 'refused',
        actual: wordsFor(absent),
      });
    });
  },
);

/** Hands in a forged message in an envelope about which nobody says anything. */
async function forge(services: Services, name: string, author: string): Promise<Handling> {
  const handling = await forgedAttempt(services, author, { name });
  await assertEvaluated(services, author, handling);
  assertJudged(services, handling);
  if (outcomeOf(handling) === 'undecided')
    services.inconclusive('environment', `The target could not look up the policy: ${wordsOf(handling)}.`);
  return handling;
}

/** Names that were asked for the policy of this author, from the author up to the organisation and above. */
async function walk({ lab }: Services, author: string, organisation: string): Promise<readonly string[]> {
  const queries = await lab().dns.queries({ type: 'TXT' });
  const names = queries
    .map(({ name }) => name.toLowerCase())
    .filter((name) => name.startsWith('_dmarc.') && `.${author}`.endsWith(`.${name.slice('_dmarc.'.length)}`))
    .filter((name) => name.endsWith(organisation));
  return [...new Set(names)];
}
