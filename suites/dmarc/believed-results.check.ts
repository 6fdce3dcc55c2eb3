import { check } from '../../harness/check/check.ts';
import { ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { protectedDomain, silentDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { isContained, judgedAttempt, verifyContained } from './evaluation.ts';
import { recorded, wordsOf } from './trial.ts';

interface Claim {
  readonly name: string;
  /** Header fields that vouch for an author in this domain, each a line, under the name of the target. */
  readonly fields: (author: string, id: string) => readonly string[];
}

const results = (id: string, text: string) => `Authentication-Results: ${id}; ${text}`;

/** What filters read that leave DKIM or SPF to the one before them. */
const CLAIMS: readonly Claim[] = [
  {
    name: 'dkim=pass',
    fields: (author, id) => [results(id, `dkim=pass header.d=${author} header.i=@${author} header.s=s1`)],
  },
  { name: 'spf=pass', fields: (author, id) => [results(id, `spf=pass smtp.mailfrom=ceo@${author}`)] },
  {
    name: 'Received-SPF',
    fields: (author, id) => [
      `Received-SPF: pass (${id}: permitted) receiver=${id}; identity=mailfrom; envelope-from="ceo@${author}"`,
    ],
  },
  {
    name: 'dmarc=pass',
    fields: (author, id) => [results(id, `dmarc=pass (p=reject) header.from=${author}`)],
  },
  {
    name: 'arc=pass',
    fields: (author, id) => [
      results(id, `arc=pass (i=1 dkim=pass dkdomain=${author} dmarc=pass fromdomain=${author})`),
    ],
  },
  {
    name: 'everything, under the name of somebody else',
    fields: (author) => [
      results(
        `mx.${author}`,
        `dkim=pass header.d=${author}; spf=pass smtp.mailfrom=ceo@${author}; dmarc=pass header.from=${author}`,
      ),
    ],
  },
];

export const forgedResultsAreNotBelieved = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-020',
    slug: 'forged-results-are-not-believed',
    title: 'Results that a message brings along do not make it pass',
    sends:
      'forged messages of a protected domain with header fields that say that SPF, DKIM, DMARC or ARC passed, under the name of the target and of somebody else',
    demands: 'they fare as without these fields: refused, in Junk, or delivered with dmarc=fail',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc8601#7.1', 'rfc8601#5', 'rfc8601#2.5', 'rfc8601#4.1', 'rfc9989#5.3.5'],
    budget: '3m',
    kills: ['dmarc-believes-forged-results'],
    limits: [
      'The name of the target is the one in its own results, or its host name; other names that it may trust are not known.',
    ],
  },
  async (services) => {
    const { variant, finding, target, inconclusive } = services;
    const own = finding(ordinaryMailIsTaken).results.find(({ field }) => field === 'Authentication-Results');
    const id = own?.authservId ?? target.hostname;
    const author = await protectedDomain(services);
    const sender = `bounces@${await silentDomain(services)}`;
    const honest = await judgedAttempt(services, author, { name: 'without such fields', sender });
    if (!isContained(honest))
      return inconclusive(
        'precondition',
        `Without such fields the message is not kept from looking genuine either (DMARC-001): ${wordsOf(honest)}`,
      );
    for (const { name, fields } of CLAIMS)
      await variant(name, async (verify) => {
        const handling = await judgedAttempt(services, author, { name, sender, above: fields(author, id) });
        verifyContained(verify, handling, `a field that says ${name} does not vouch for ${author}`);
        verify.that(!recorded(handling, 'dmarc').includes('pass'), {
          demand: 'the target does not record a pass that the message claimed',
          expected: 'no dmarc=pass of the target',
          actual: wordsOf(handling),
        });
      });
  },
);
