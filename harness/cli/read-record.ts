import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZodError } from 'zod';
import { misconclusions } from '../../reports/model/conclude.ts';
import { miscounts } from '../../reports/model/counts.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { parseRecord } from '../../reports/model/schema.ts';
import { printable } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { readFailure } from '../targets/yaml-source.ts';

/**
 * Reads the record of a run.
 * @param path of a `results.json`, or of a folder that holds one
 * @throws ConfigurationError when there is none, or when it is not one that mailspec wrote
 */
export async function readRecord(path: string): Promise<RunRecord> {
  const file = await stat(path).then(
    (found) => (found.isDirectory() ? join(path, 'results.json') : path),
    () => path,
  );
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`${file}: ${readFailure(error)}`);
  });
  const record = parsed(text, file);
  const [problem] = [...miscounts(record), ...misconclusions(record)];
  if (problem !== undefined)
    throw new ConfigurationError(`${file}: The record contradicts itself. ${problem}`);
  return record;
}

function parsed(text: string, file: string): RunRecord {
  try {
    return parseRecord(text);
  } catch (thrown) {
    if (thrown instanceof ZodError) {
      const [issue] = thrown.issues;
      const place = issue === undefined ? 'its content' : issue.path.join('.') || 'the whole of it';
      throw new ConfigurationError(
        `${file}: This is not the record of a run, or one of another version of mailspec: ${printable(place)} ${printable(issue?.message ?? 'does not fit')}.`,
      );
    }
    if (thrown instanceof SyntaxError) throw new ConfigurationError(`${file}: This is no JSON.`);
    throw thrown;
  }
}
