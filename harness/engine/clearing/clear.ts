import { setTimeout as delay } from 'node:timers/promises';
import { createRecorder, type Recorder } from '../../evidence/recorder.ts';
import { sealEvidence } from '../../evidence/store.ts';
import { printable, visible } from '../../evidence/visible.ts';
import type { ControlResult } from '../../model/control-result.ts';
import { NotApplicable } from '../../model/outcomes.ts';
import { ROLES, type Role } from '../../model/roles.ts';
import type { Account } from '../../model/target.ts';
import { openImap } from '../../steps/imap-login.ts';
import { MAILBOX_ROLES, NO_MAILBOX } from '../../steps/in-mailbox.ts';
import { openPop3 } from '../../steps/pop3-login.ts';
import type { Bench } from '../bench.ts';
import { loginsOf } from '../mailbox/logins.ts';
import { transcribe } from '../transcript.ts';
import type { Cleared } from './cleared.ts';
import { clearByImap } from './imap.ts';
import { clearByPop3 } from './pop3.ts';

/** Name of the clearing among the controls of a record. */
export const CLEARING = 'own-messages';

/** Time that it may take, in milliseconds: in order, and where somebody wants the run to end. */
const WITHIN = 180_000;
const WITHIN_AFTER_STOP = 15_000;

/**
 * Deletes what came to the mailboxes of a server that runs already by this run, and nothing else. Every check must have
 * ended, and the bench be closed.
 * @param since when the run began
 * @returns how many were deleted and how many could not be, for the record; null where the run left nothing
 */
export async function clearOwnMessages(bench: Bench, since: Date): Promise<ControlResult | null> {
  const { target } = bench;
  if (!target.guest || !target.permissions.includes('sends-mail') || target.accounts.length === 0)
    return null;
  const startedAt = new Date();
  const recorder = createRecorder(bench.redactor);
  const stop = new AbortController();
  const within = bench.signal.aborted ? WITHIN_AFTER_STOP : WITHIN;
  const late = new Error(`It took longer than ${within / 1_000} s.`);
  const timer = setTimeout(() => stop.abort(late), within);
  const all: Cleared[] = [];
  try {
    for (const account of target.accounts)
      all.push(await ofAccount(account, bench, { recorder, since, signal: stop.signal }));
  } finally {
    clearTimeout(timer);
  }
  const deleted = all.reduce((sum, one) => sum + one.deleted, 0);
  const left = all.reduce((sum, one) => sum + one.left, 0);
  const why = [...new Set(all.flatMap((one) => one.why))];
  const events = [...recorder.events];
  const { lines, omitted } = transcribe(events, []);
  return {
    control: CLEARING,
    title: 'What the audit brought into the mailboxes is deleted from them',
    state: why.length === 0 ? 'found' : 'broke-off',
    cause: why.length === 0 ? null : 'precondition',
    line: recorder.clean(printable([counted(deleted, left), ...why].join(' '))),
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    evidence: await sealed(bench.evidenceFolder, recorder),
    transcript: lines,
    transcriptOmitted: omitted,
    source: { file: 'harness/engine/clearing/clear.ts', line: 1 },
  };
}

function counted(deleted: number, left: number): string {
  const many = (count: number) => (count === 1 ? '1 message' : `${count} messages`);
  return `${many(deleted)} of this run ${deleted === 1 ? 'was' : 'were'} deleted, ${left === 0 ? 'none' : many(left)} could not be; what arrives later stays.`;
}

async function ofAccount(
  account: Account,
  bench: Bench,
  {
    recorder,
    since,
    signal,
  }: { readonly recorder: Recorder; readonly since: Date; readonly signal: AbortSignal },
): Promise<Cleared> {
  const { target, runId, nonces } = bench;
  const pace = bench.mailboxes.paceOf(account);
  const logins = loginsOf(bench, { account, name: CLEARING, recorder, makeRoom: () => undefined }, pace);
  const marks = { runId, nonces };
  const by = async (role: Role): Promise<Cleared> => {
    const services = logins(role, signal);
    if (ROLES[role].protocol === 'imap') {
      const client = await openImap(services, { role, account });
      return clearByImap(client, marks, since).finally(() => client.logout());
    }
    if (pace.left() > 0) await delay(pace.left(), undefined, { signal });
    const client = await openPop3(services, { role, account });
    return clearByPop3(client, marks).finally(() => client.connection.close());
  };
  const whose = `In the mailbox of ${account.address}:`;
  let failure = NO_MAILBOX;
  for (const role of MAILBOX_ROLES.filter((one) => target.endpoints[one])) {
    try {
      const cleared = await by(role);
      return { ...cleared, why: cleared.why.map((one) => `${whose} ${one}`) };
    } catch (thrown) {
      const said = signal.aborted ? signal.reason : thrown;
      failure = visible(said instanceof Error ? said.message : String(said));
      // No safe login here; another way may have one.
      if (!(thrown instanceof NotApplicable)) break;
    }
  }
  return {
    deleted: 0,
    left: 0,
    why: [`${whose} it could not be looked for messages of this run. ${failure}`],
  };
}

async function sealed(folder: string | null, recorder: Recorder): Promise<ControlResult['evidence']> {
  const events = [...recorder.events];
  if (folder === null || events.length === 0) return null;
  // Without its evidence the line still says what was done; a full disk is told by the checks.
  return sealEvidence(folder, events, recorder.redactions).catch(() => null);
}
