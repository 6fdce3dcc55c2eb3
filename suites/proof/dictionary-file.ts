import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { FAULT_NAMES, type FaultName } from '../../harness/model/faults.ts';
import type { Verdict } from '../../harness/model/verdict.ts';

/** By code, the verdict of each check that a fault changes, and after it the demands that do not hold. */
export type Signature = Readonly<Record<string, readonly [Verdict, ...string[]]>>;

/** Signatures by fault. */
export type Dictionary = Readonly<Partial<Record<FaultName, Signature>>>;

const FILE = new URL('../catalog/dictionary.yaml', import.meta.url);
const HEAD =
  '# Written by npm run dictionary: fault of the reference server, every check whose verdict it changes, and what does not hold there.\n';

export async function readDictionary(): Promise<Dictionary> {
  return parse(await readFile(FILE, 'utf8')) ?? {};
}

/** Writes the rows in the order of the faults, codes in alphabetical order. */
export async function writeDictionary(dictionary: Dictionary): Promise<void> {
  const rows = FAULT_NAMES.flatMap((fault) => {
    const signature = dictionary[fault];
    if (!signature) return [];
    const cells = Object.entries(signature).sort(([a], [b]) => a.localeCompare(b));
    if (cells.length === 0) return [`${fault}: {}\n`];
    return [
      `${fault}:\n`,
      ...cells.map(([code, [verdict, ...demands]]) => {
        const quoted = demands.map((demand) => JSON.stringify(demand));
        return `  ${code}: [${[verdict, ...quoted].join(', ')}]\n`;
      }),
    ];
  });
  await writeFile(FILE, HEAD + rows.join(''));
}
