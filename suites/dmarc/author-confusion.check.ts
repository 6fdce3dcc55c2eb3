import { check, type Services } from '../../harness/check/check.ts';
import { protectedDomain, strangerDomain } from './author.ts';
import { AUTHOR_CASES, AUTHOR_FIELDS } from './author-cases.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { assertEvaluated, isAsked } from './evaluation.ts';
import { attempt, type Handling, recorded, wordsOf } from './trial.ts';

export const oddAuthorsDoNotPass = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-009',
    slug: 'odd-authors-do-not-pass',
    title: 'Missing, multiple or malformed From does not bypass evaluation',
    sends:
      'messages whose header names a protected domain and a stranger with an SPF pass as author, in every form that readers are known to disagree about',
    demands: 'none is delivered to INBOX with dmarc=pass; best of all it is refused',
    level: 'policy',
    severity: 'critical',
    clauses: ['rfc9989#5.3.1', 'rfc9989#11.5', 'rfc5322#3.6'],
    budget: '5m',
    kills: ['dmarc-last-from-counts', 'dmarc-first-author-counts'],
    limits: ['A victim who stands in the display name or in a comment alone is no author, and is not tried.'],
  },
  async (services) => {
    const { variant } = services;
    const victim = await protectedDomain(services, 'victim');
    const stranger = await strangerDomain(services);
    // A control tells whether DMARC is evaluated at all: the stranger in its own name.
    const control = await attempt(services, {
      name: 'control',
      author: `a@${stranger}`,
      sender: `a@${stranger}`,
    });
    await assertEvaluated(services, stranger, control);
    const marks = recorded(control, 'dmarc').length > 0;
    for (const [name, lines, spelling] of AUTHOR_CASES) {
      await variant(name, async (verify) => {
        const address = `ceo@${victim}`;
        const handling = await attempt(services, {
          name,
          author: lines(address, `a@${stranger}`),
          sender: `a@${stranger}`,
        });
        const asked = await isAsked(services, victim);
        judge(services, verify, { handling, marks, asked, victim: spelling?.(address) ?? address });
      });
    }
  },
);

function judge(
  { inconclusive }: Services,
  verify: Services['verify'],
  { handling, marks, asked, victim }: { handling: Handling; marks: boolean; asked: boolean; victim: string },
): void {
  if (handling.kind === 'deferred' || handling.kind === 'lost')
    inconclusive('precondition', `The message was ${wordsOf(handling)}.`);
  // A server may put an end to the header at a line that is no field; then nobody shows the victim.
  const shown =
    handling.kind === 'inbox' &&
    handling.message.fields.some(({ name, value }) => AUTHOR_FIELDS.includes(name) && value.includes(victim));
  const passed = shown && recorded(handling, 'dmarc').includes('pass');
  verify.that(!passed, {
    demand: 'a message with a doubtful author is not vouched for',
    expected: 'refused, in Junk, or without dmarc=pass',
    actual: wordsOf(handling),
  });
  if (!shown || passed) return;
  // Silence about the author is no protection, and where nothing is ever recorded it cannot be judged.
  verify.ideally.that(recorded(handling, 'dmarc').length > 0 || (!marks && asked), {
    demand: 'what is delivered all the same carries a result',
    expected: 'dmarc=fail, permerror or none',
    actual: wordsOf(handling),
  });
}
