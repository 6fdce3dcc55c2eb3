import type { CheckBody, CheckDefinition } from '../../check/define.ts';
import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { smtpPeer, startPeers } from '../../engine/testing/peer-target.ts';
import { foldVerdicts, type Verdict } from '../../model/verdict.ts';
import type { Detector } from '../findings.ts';

const held = { demand: 'it holds', expected: 'a', actual: 'a' };
const refusal = { codeClasses: [4, 5] };

/** Bodies, and the verdict that each must lead to. */
const BODIES: readonly [string, Verdict, CheckBody, Partial<CheckDefinition>?][] = [
  ['what holds', 'pass', async ({ verify }) => void verify.that(true, held)],
  ['what does not hold', 'fail', async ({ verify }) => void verify.that(false, held)],
  ['a wish that is missed', 'warn', async ({ verify }) => void verify.ideally.that(false, held)],
  [
    'a miss under worst: warn',
    'warn',
    async ({ verify }) => void verify.that(false, held),
    { worst: 'warn' },
  ],
  ['nothing verified', 'error', async () => {}],
  ['nothing verified in a variant', 'error', async ({ variant }) => variant('empty', async () => {})],
  [
    'a crash',
    'error',
    async ({ verify }) => {
      verify.that(true, held);
      throw new TypeError('a defect');
    },
  ],
  [
    'a crash after a miss',
    'fail',
    async ({ verify }) => {
      verify.that(false, held);
      throw new TypeError('a defect');
    },
  ],
  [
    'silence',
    'inconclusive',
    async ({ smtp, verify }) => {
      verify.that(true, held);
      await (await smtp()).command('HELP');
    },
  ],
  [
    'an end of the connection',
    'inconclusive',
    async ({ smtp, verify }) => {
      verify.that(true, held);
      await (await smtp()).command('QUIT');
    },
  ],
  [
    'an end where a refusal is due',
    'fail',
    async ({ smtp, verify }) => {
      verify.answer(await (await smtp()).attempt('QUIT'), 'QUIT is refused', refusal);
    },
  ],
  [
    'silence where a refusal is due',
    'fail',
    async ({ smtp, verify }) => {
      verify.answer(await (await smtp()).attempt('HELP'), 'HELP is refused', refusal);
    },
  ],
  [
    'a refusal for now where a lasting one is due',
    'fail',
    async ({ smtp, verify }) => {
      verify.reply(await (await smtp()).command('VRFY'), 'VRFY is refused').codeClass(5);
    },
  ],
  ['an absence', 'not-applicable', async ({ notApplicable }) => notApplicable('absent', 'nothing')],
  ['an open question', 'inconclusive', async ({ inconclusive }) => inconclusive('environment', 'no lab')],
  [
    'an absence beside a pass',
    'pass',
    async ({ variant, notApplicable }) => {
      await variant('absent', async () => notApplicable('absent', 'nothing'));
      await variant('present', async (on) => void on.that(true, held));
    },
  ],
  ['no role of the check', 'not-applicable', async () => {}, { roles: ['imap'] }],
  [
    'one role of two that misses',
    'fail',
    async ({ verify, role }) => void verify.that(role === 'mx', held),
    { roles: ['mx', 'submission'] },
  ],
];

/** What a body saw leads to the verdict that it must lead to. */
const detect: Detector = async () => {
  const peer = smtpPeer({ QUIT: (one) => one.end(), VRFY: '450 later' });
  await using peers = await startPeers({ mx: peer, submission: peer }, { replyMs: 150 });
  const wrong: string[] = [];
  for (const [name, due, body, over] of BODIES) {
    const { verdict, reason } = await evaluate(checkOf(body, over), peers.bench);
    if (verdict !== due) wrong.push(`Of ${name} comes ${verdict} instead of ${due}: ${reason}`);
  }
  const folds: readonly [readonly Verdict[], Verdict][] = [
    [[], 'not-run'],
    [['not-applicable', 'not-applicable'], 'not-applicable'],
    [['not-applicable', 'pass'], 'pass'],
    [['pass', 'not-run'], 'not-run'],
    [['warn', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'error'], 'error'],
    [['error', 'fail', 'pass'], 'fail'],
  ];
  for (const [verdicts, due] of folds) {
    const folded = foldVerdicts(verdicts);
    if (folded !== due) wrong.push(`The fold of [${verdicts.join(', ')}] is ${folded} instead of ${due}.`);
  }
  return wrong;
};

export default detect;
