import { expectedFileSchema } from '../expected/schema.ts';
import { holds } from '../expected/settle.ts';
import { entriesOf, writeExpected } from '../expected/write.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { writeOut } from './write-file.ts';

export interface ExpectOptions {
  /** Of all entries; where it is left out, each has a place for its own. */
  readonly reason?: string;
  readonly authority: string;
  readonly expires: string;
  readonly out: string;
}

/**
 * `mailspec expect`: writes the file of expected deviations that lets a run like this one end with 0.
 * @throws ConfigurationError when an option is no decision, or the file exists
 */
export async function expectCommand(path: string, options: ExpectOptions): Promise<void> {
  const { out, reason, authority, expires } = options;
  const sample = { target: 'x', check: 'STLS-001', reason: reason ?? 'to come', authority, expires };
  const checked = expectedFileSchema.safeParse({ version: 1, expected: [sample] });
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new ConfigurationError(`--${String(issue?.path.at(-1))} must be ${issue?.message}.`);
  }
  if (!holds({ expires }, new Date()))
    throw new ConfigurationError(`--expires must be a day to come; ${expires} is over.`);
  const record = await readRecordWithEvidence(path);
  const entries = entriesOf(record, { reason: reason ?? null, authority, expires });
  if (entries.length === 0) {
    process.stdout.write('The run found nothing that could be expected; no file was written.\n');
    return;
  }
  await writeOut(out, writeExpected(record, entries), 'wx');
  const without = entries.filter((entry) => entry.reason === null).length;
  process.stdout.write(
    `${out}: ${entries.length} expected deviations. Read each of them before you commit it.\n`,
  );
  if (without > 0)
    process.stdout.write(
      `${without === 1 ? '1 of them has' : `${without} of them have`} no reason yet: say in the file why each is accepted; audits refuse it until then.\n`,
    );
  const open = entries.filter(({ verdict }) => verdict === 'inconclusive').map(({ check }) => check);
  if (open.length > 0)
    process.stdout.write(
      `${open.join(', ')} came to no verdict: where a later run settles one of them, its entry is stale, and the run ends with 4. Settle them first (audit --rerun) or take them out.\n`,
    );
}
