import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { logLine } from '../evidence/log-line.ts';
import { printable } from '../evidence/visible.ts';
import { type FinishedRun, sealRuns } from '../seal/seal.ts';
import { chosenSigner, type SignerChoice } from '../seal/signer.ts';
import { readRecord } from './read-record.ts';
import { readStability } from './repeat.ts';
import { predicateLines } from './seal-lines.ts';

export interface SealOptions extends SignerChoice {
  readonly targets?: string;
  readonly out: string;
}

/**
 * `mailspec seal`: puts runs with all that proves them into one archive, and signs it where there is a key.
 * @param paths results.json of runs, their folders, or the folder of `--repeat` with all of its runs
 * @throws ConfigurationError saying what keeps them from being sealed
 */
export async function sealCommand(paths: readonly string[], options: SealOptions): Promise<void> {
  const signer = await chosenSigner(options);
  const runs: FinishedRun[] = [];
  for (const path of (await Promise.all(paths.map(runsIn))).flat())
    runs.push({ folder: await folderOf(path), record: await readRecord(path) });
  const sealed = await sealRuns({ runs, targetsFile: options.targets ?? null, signer, out: options.out });
  for (const line of predicateLines(sealed.predicate)) say(line);
  for (const sentence of sealed.unchecked.filter((one) => one.startsWith('The profile'))) say(sentence);
  say(`${options.out}: ${sealed.files} files, ${sealed.bytes} octets.`);
  say(
    signer
      ? 'Sealed and signed. Whoever has the public key can check all of it: mailspec verify.'
      : 'Sealed, but unsigned: no key was given, so nobody vouches for it. --key or --signer signs.',
  );
}

/** The runs of a folder: itself, or those of `--repeat`. */
async function runsIn(path: string): Promise<readonly string[]> {
  const isRun = await stat(join(path, 'results.json')).then(
    () => true,
    () => false,
  );
  if (isRun) return [path];
  const folders = await readStability(path);
  return folders.length === 0 ? [path] : folders.map((one) => join(path, one));
}

async function folderOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ? path : dirname(path);
}

function say(line: string): void {
  process.stdout.write(`${logLine(printable(line))}\n`);
}
