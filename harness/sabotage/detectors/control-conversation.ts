import type { CheckDefinition } from '../../check/define.ts';
import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { silence, smtpPeer, startPeers } from '../../engine/testing/peer-target.ts';
import { type Detector, untrue } from '../findings.ts';

/** Where in doubt it is asked whether the target still lives, and the answer counts. */
const detect: Detector = async () => {
  const obedient = smtpPeer({ NOOP: '250 ok' });
  /** Sends a command to a server that lives on, or dies after its first connection. */
  const judged = async (dies: boolean, command: string, over: Partial<CheckDefinition>) => {
    let visits = 0;
    await using peers = await startPeers(
      {
        mx: (peer) => {
          visits += 1;
          return (dies && visits > 1 ? silence : obedient)(peer);
        },
      },
      { replyMs: 150 },
    );
    const { verdict, cause, control } = await evaluate(
      checkOf(async ({ smtp, verify }) => {
        verify.reply(await (await smtp()).command(command), `${command} is answered`).code(250);
      }, over),
      peers.bench,
    );
    return `${verdict} ${cause} ${control === null ? 'unasked' : control.alive ? 'alive' : 'dead'}`;
  };
  const living = await judged(false, 'HELP', {});
  const dying = await judged(true, 'HELP', {});
  const calm = await judged(false, 'NOOP', {});
  const disturbed = await judged(false, 'NOOP', { effect: 'disturbs' });
  const killed = await judged(true, 'NOOP', { effect: 'disturbs' });
  return untrue(
    [living === 'inconclusive timeout alive', `Silence of a living server is ${living}.`],
    [dying === 'inconclusive crashed dead', `Silence of a server that died is ${dying}.`],
    [calm === 'pass null unasked', `An answer is ${calm}.`],
    [disturbed === 'pass null alive', `A disturbed server that lives on is ${disturbed}.`],
    [killed === 'inconclusive crashed dead', `A disturbed server that died is ${killed}.`],
  );
};

export default detect;
