import type { RoleSnapshot } from '../../../reports/model/record.ts';
import type { Bench } from '../../engine/bench.ts';
import { clearOwnMessages } from '../../engine/clearing/clear.ts';
import { createBench } from '../../engine/create-bench.ts';
import { lookForSwappedPorts } from '../../engine/swapped-ports.ts';
import { printable } from '../../evidence/visible.ts';
import { openBenchLab } from '../../lab/check-lab.ts';
import { favouredBy } from '../../lab/favoured.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { examineLab } from '../../runner/examine-lab.ts';
import { takeSnapshot } from '../../runner/snapshot.ts';
import { startFailure } from '../../runner/start-failure.ts';
import { type RunningTarget, startTarget } from '../../targets/drivers/start.ts';
import { placeOf, type TargetDeclaration } from '../../targets/load.ts';
import { examineAccount, examineLookups } from './account.ts';
import type { Tell } from './diagnosis.ts';
import { examineOutside } from './outside.ts';

/**
 * Starts a target as an audit does, and compares it with its declaration; it is removed again.
 * @throws ConfigurationError for a secret, file, image or engine that is not there
 */
export async function examineTarget(
  declaration: TargetDeclaration,
  { runId, signal, tell }: { readonly runId: string; readonly signal: AbortSignal; readonly tell: Tell },
): Promise<void> {
  let running: RunningTarget;
  try {
    running = await startTarget(declaration, { runId, signal });
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) throw thrown;
    tell({
      state: 'no',
      what: 'start',
      line: startFailure(thrown),
      todo: `correct what its log says, or the declaration at ${placeOf(declaration, [])}.`,
    });
    return;
  }
  try {
    tell({ state: 'ok', what: 'start', line: STARTED[declaration.driver] });
    await examineRunning(declaration, running, { runId, signal, tell });
    const ending = await running.ending?.();
    if (ending)
      tell({ state: 'no', what: 'end', line: printable(ending), todo: 'see why it does not stay up.' });
  } finally {
    await running.stop();
  }
}

const STARTED: Readonly<Record<TargetDeclaration['driver'], string>> = {
  reference: 'it runs in this process',
  container: 'it came up, and every declared role greeted',
  compose: 'it came up, and every declared role greeted',
  host: 'it runs already, and is taken as it is',
  network: 'it came up, and lets a subscriber through',
};

async function examineRunning(
  declaration: TargetDeclaration,
  running: RunningTarget,
  { runId, signal, tell }: { readonly runId: string; readonly signal: AbortSignal; readonly tell: Tell },
): Promise<void> {
  const access = await examineLab(running, runId, signal);
  const lab = access && openBenchLab(access);
  const { target } = running;
  const common = { runId, lab, evidenceFolder: null, signal };
  const bench = createBench({ ...common, target });
  try {
    await examineRoles(declaration, bench, tell);
    if (lab) examineVantages(declaration, bench, tell);
  } finally {
    await bench.close();
  }
  if (declaration.driver === 'host') await examineOutside(declaration, target, { signal, tell });
  if (declaration.driver === 'network') {
    tell({ state: 'not tried', what: 'accounts and mail', line: 'an access network has none' });
    return;
  }
  if (target.accounts.length === 0)
    tell({
      state: 'not tried',
      what: 'accounts and mail',
      line: `no account is declared at ${placeOf(declaration, [])}; without one, checks of users stay open`,
    });
  for (const [index, account] of target.accounts.entries()) {
    const began = new Date();
    const others = target.accounts.filter((one) => one !== account);
    // Controls are about the first account.
    const own = createBench({ ...common, target: { ...target, accounts: [account, ...others] } });
    try {
      await examineAccount(declaration, own, { index, tell });
      if (index === 0) examineLookups(own, tell);
    } finally {
      await own.close();
      await tellOfOwnMessages(declaration, own, began, tell);
    }
  }
}

/** What the look sent to a server that runs already is taken back. */
async function tellOfOwnMessages(
  declaration: TargetDeclaration,
  bench: Bench,
  began: Date,
  tell: Tell,
): Promise<void> {
  const cleared = await clearOwnMessages(bench, began);
  if (!cleared) return;
  const { state, line } = cleared;
  if (state === 'found') tell({ state: 'ok', what: 'own messages', line });
  else
    tell({
      state: 'no',
      what: 'own messages',
      line,
      todo: `delete what carries X-Mailspec-Audit, and see why the accounts at ${placeOf(declaration, ['accounts'])} cannot.`,
    });
}

async function examineRoles(declaration: TargetDeclaration, bench: Bench, tell: Tell): Promise<void> {
  const { capabilities } = await takeSnapshot(bench);
  for (const snapshot of capabilities) tell(roleDiagnosis(declaration, snapshot));
  let connections = 0;
  const next = () => {
    connections += 1;
    return connections;
  };
  const swapped = await lookForSwappedPorts(bench, next, process.hrtime.bigint());
  if (swapped)
    tell({
      state: 'no',
      what: 'mx and submission',
      line: printable(swapped.reason),
      todo: `exchange the two at ${placeOf(declaration, ['roles'])}.`,
    });
}

function roleDiagnosis(
  declaration: TargetDeclaration,
  { role, greeting, failure }: RoleSnapshot,
): Parameters<Tell>[0] {
  if (greeting !== null) return { state: 'ok', what: role, line: `greets: ${printable(greeting)}` };
  return {
    state: 'no',
    what: role,
    line: printable(failure ?? 'Nothing greets there.'),
    todo: `correct the role at ${placeOf(declaration, ['roles', role])}, or see why the server does not serve it.`,
  };
}

function examineVantages(declaration: TargetDeclaration, { lab }: Bench, tell: Tell): void {
  const what = 'client addresses';
  const favoured = lab && favouredBy(lab.access);
  if (favoured)
    tell({
      state: 'no',
      what,
      line: printable(favoured.message),
      todo: `say "client-addresses: benchmarking" or "public" of the target at ${placeOf(declaration, [])}.`,
    });
  else tell({ state: 'ok', what, line: 'those of the lab are strangers to the target' });
}
