import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { FAULT_NAMES, type FaultName } from '../../harness/model/faults.ts';
import type { Verdict } from '../../harness/model/verdict.ts';

/** By code, the verdict of each check that a fault changes. */
export type Signature = Readonly<Record<string, Verdict>>;

/** Signatures by fault. */
export type Dictionary = Readonly<Partial<Record<FaultName, Signature>>>;

const FILE = new URL('../catalog/dictionary.yaml', import.meta.url);
const HEAD =
  '# Written by npm run dictionary: fault of the reference server, and every check whose verdict it changes.\n';

export async function readDictionary(): Promise<Dictionary> {
  return parse(await readFile(FILE, 'utf8')) ?? {};
}

/** Writes the rows in the order of the faults, codes in alphabetical order. */
export async function writeDictionary(dictionary: Dictionary): Promise<void> {
  const rows = FAULT_NAMES.flatMap((fault) => {
    const signature = dictionary[fault];
    if (!signature) return [];
    const cells = Object.entries(signature).sort(([a], [b]) => a.localeCompare(b));
    return [`${fault}: { ${cells.map(([code, verdict]) => `${code}: ${verdict}`).join(', ')} }\n`];
  });
  await writeFile(FILE, HEAD + rows.join(''));
}
