import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunRecord } from '../../reports/model/record.ts';
import { logLine } from '../evidence/log-line.ts';
import { printable } from '../evidence/visible.ts';
import { readRecord } from './read-record.ts';

/** Most files that are named. */
const MOST_NAMED = 5;
const NAME = /^[0-9a-f]{64}\.jsonl$/;

/**
 * Reads a record as `readRecord` does, and warns on the standard error of evidence beside it that was changed: the
 * record may then say what nobody saw. Evidence that is not there is no reason to warn; records travel alone.
 * @throws ConfigurationError as `readRecord` does
 */
export async function readRecordWithEvidence(path: string): Promise<RunRecord> {
  const record = await readRecord(path);
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const warnings = await changedEvidence(join(folder, 'evidence'), record);
  const left = warnings.length - MOST_NAMED;
  const more = left > 0 ? [`Warning: ${left} more files of evidence were changed.`] : [];
  for (const line of [...warnings.slice(0, MOST_NAMED), ...more])
    process.stderr.write(`${logLine(printable(line))}\n`);
  return record;
}

/** A sentence for each file of evidence that is not what was sealed. */
async function changedEvidence(folder: string, { targets }: RunRecord): Promise<readonly string[]> {
  const resting = targets.flatMap(({ name, results, controls = [] }) => [
    ...results.map(({ check, evidence }) => ({ what: `${check} on ${name}`, evidence })),
    ...controls.map(({ control, evidence }) => ({ what: `${control} on ${name}`, evidence })),
  ]);
  const warnings = new Map<string, string>();
  for (const { what, evidence } of resting) {
    if (evidence === null || warnings.has(evidence.file)) continue;
    const { file, digest } = evidence;
    if (!NAME.test(file) || digest !== `sha256:${file.slice(0, 64)}`) {
      warnings.set(file, `Warning: ${what} names evidence that cannot be its own: ${file}.`);
      continue;
    }
    const content = await readFile(join(folder, file)).catch(() => null);
    if (content === null) continue;
    const found = createHash('sha256').update(content).digest('hex');
    if (`sha256:${found}` !== digest)
      warnings.set(
        file,
        `Warning: ${join(folder, file)} was changed after it was sealed (its SHA-256 is ${found}); ${what} rests on it.`,
      );
  }
  return [...warnings.values()];
}
