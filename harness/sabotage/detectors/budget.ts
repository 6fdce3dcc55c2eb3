import type { CheckBody, CheckDefinition } from '../../check/define.ts';
import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { smtpPeer, startPeers } from '../../engine/testing/peer-target.ts';
import { type Detector, untrue } from '../findings.ts';

const statement = { demand: 'it holds', expected: 'a', actual: 'b' };
/** Far longer than everything here takes, far shorter than a test may take. */
const HANGS_MS = 15_000;

/** A budget ends a body, what follows does not count, connections and slots are given back. */
const detect: Detector = async () => {
  await using peers = await startPeers({ mx: smtpPeer({ NOOP: '250 ok' }) }, { target: { connections: 1 } });
  const judged = async (body: CheckBody, over: Partial<CheckDefinition> = {}) => {
    const hung = new AbortController();
    const late = new Promise<null>((resolve) => {
      const timer = setTimeout(() => resolve(null), HANGS_MS);
      hung.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    const result = await Promise.race([evaluate(checkOf(body, over), peers.bench), late]);
    hung.abort();
    return result ? `${result.verdict} ${result.cause}` : 'never';
  };
  if ((await judged(async ({ verify }) => void verify.that(true, statement))) !== 'pass null')
    return ['A body that verifies something does not pass.'];
  // Whoever holds the only slot of the target for good lets nobody else begin.
  const next = await judged(async ({ verify }) => void verify.that(true, statement));
  if (next === 'never') return ['The second body never begins.'];
  const slow = await judged(
    async ({ pause, verify }) => {
      await pause(1_000);
      verify.that(true, statement);
    },
    { budget: '100ms' },
  );
  const cut = await judged(
    async ({ smtp, verify }) => {
      const answer = await (await smtp()).attempt('HELP', { withinMs: 60_000 });
      verify.answer(answer, 'HELP is answered', { codeClasses: [2] });
    },
    { budget: '100ms' },
  );
  const variants = await judged(async ({ smtp, variant }) => {
    for (const name of ['first', 'second']) {
      await variant(name, async (on) => {
        on.reply(await (await smtp()).command('NOOP'), 'NOOP is answered').code(250);
      });
    }
  });
  const greedy = await judged(async ({ smtp, verify }) => {
    await smtp();
    verify.reply(await (await smtp()).command('NOOP'), 'NOOP is answered').code(250);
  });
  const tooMany = await judged(async ({ verify }) => void verify.that(true, statement), { connections: 2 });
  let users = 0;
  let together = 0;
  const uses: CheckBody = async ({ verify, pause }) => {
    users += 1;
    together = Math.max(together, users);
    await pause(30);
    users -= 1;
    verify.that(true, statement);
  };
  await using roomy = await startPeers({ mx: smtpPeer({}) });
  const exclusive = checkOf(uses, { resources: ['a maildrop'] });
  await Promise.all([evaluate(exclusive, roomy.bench), evaluate(exclusive, roomy.bench)]);
  return untrue(
    [together === 1, `A resource is used by ${together} bodies at a time.`],
    [slow === 'inconclusive timeout', `A body that outlives its budget is ${slow}.`],
    [cut === 'inconclusive timeout', `An answer that the end of the budget cut off is ${cut}.`],
    [variants === 'pass null', `Variants that open one connection each are ${variants}.`],
    [greedy === 'error harness', `A body that opens more connections than it declares is ${greedy}.`],
    [tooMany === 'inconclusive precondition', `More connections than the target allows are ${tooMany}.`],
  );
};

export default detect;
