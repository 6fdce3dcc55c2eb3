import { loadExpected } from '../expected/load.ts';
import { expectedFileSchema } from '../expected/schema.ts';
import { holds } from '../expected/settle.ts';
import { writeExpected } from '../expected/write.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { writeOut } from './write-file.ts';

export interface ExpectOptions {
  readonly reason: string;
  readonly authority: string;
  readonly expires: string;
  readonly out: string;
}

/**
 * `mailspec expect`: writes the file of expected deviations that lets a run like this one end with 0.
 * @throws ConfigurationError when an option is no decision, or the file exists
 */
export async function expectCommand(path: string, { out, ...decision }: ExpectOptions): Promise<void> {
  const sample = { target: 'x', check: 'STLS-001', ...decision };
  const checked = expectedFileSchema.safeParse({ version: 1, expected: [sample] });
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new ConfigurationError(`--${String(issue?.path.at(-1))} must be ${issue?.message}.`);
  }
  if (!holds(decision, new Date()))
    throw new ConfigurationError(`--expires must be a day to come; ${decision.expires} is over.`);
  const record = await readRecordWithEvidence(path);
  const content = writeExpected(record, decision);
  if (content === null) {
    process.stdout.write('The run found nothing that could be expected; no file was written.\n');
    return;
  }
  await writeOut(out, content, 'wx');
  const entries = await loadExpected(out);
  process.stdout.write(
    `${out}: ${entries.length} expected deviations. Read each of them before you commit it.\n`,
  );
  const open = entries.filter(({ verdict }) => verdict === 'inconclusive').map(({ check }) => check);
  if (open.length > 0)
    process.stdout.write(
      `${open.join(', ')} came to no verdict: where a later run settles one of them, its entry is stale, and the run ends with 4. Settle them first (audit --rerun) or take them out.\n`,
    );
}
