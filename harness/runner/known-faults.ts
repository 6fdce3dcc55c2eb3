import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { KnownFault } from '../../reports/model/diagnosis.ts';
import { FAULTS } from '../model/faults.ts';
import { VERDICTS } from '../model/verdict.ts';

const rows = z.record(z.string(), z.record(z.string(), z.enum(VERDICTS)));

/**
 * What is known of mistakes: for each fault of the reference server the checks that it changes, from
 * `dictionary.yaml`; where it has no row yet, those that claim to catch it, from `kill-matrix.yaml`.
 * @param folder the catalogue of the suites; nothing is known where it has neither file
 */
export async function loadKnownFaults(folder: string): Promise<readonly KnownFault[]> {
  const [claimed, computed] = await Promise.all(
    ['kill-matrix.yaml', 'dictionary.yaml'].map((file) => read(join(folder, file))),
  );
  const signatures = { ...claimed, ...computed };
  return Object.entries(FAULTS).flatMap(([name, text]) => {
    const signature = signatures[name];
    return signature === undefined ? [] : [{ name, text, signature }];
  });
}

async function read(path: string): Promise<z.infer<typeof rows>> {
  try {
    return rows.parse(parse(await readFile(path, 'utf8')) ?? {});
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return {};
    throw failure;
  }
}
