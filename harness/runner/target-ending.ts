import { type ControlResult, withoutDialogue } from '../model/control-result.ts';
import type { RunningTarget } from '../targets/drivers/start.ts';
import { openJournal } from './journal.ts';

/** Writes into the journal of a target that it ended during the audit, where it did. */
export async function noteEnding(
  { target, ending }: RunningTarget,
  journalFile: string,
  startedAt: Date,
): Promise<void> {
  const line = (await ending?.()) ?? null;
  if (line === null) return;
  const control: ControlResult = {
    control: 'target-runs-to-the-end',
    title: `${target.name} runs until its audit has ended`,
    state: 'broke-off',
    cause: 'crashed',
    line,
    ...withoutDialogue(startedAt),
    source: { file: 'harness/runner/target-ending.ts', line: 1 },
  };
  const journal = openJournal(journalFile);
  journal.append({ kind: 'control', control });
  journal.close();
}
