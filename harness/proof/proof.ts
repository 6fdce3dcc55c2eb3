import { parseArgs } from 'node:util';
import { CAMPAIGN_OPTIONS, campaignOf } from './campaign-options.ts';
import { faceHostility } from './hostility.ts';
import { loadProofs, type Proof } from './proofs.ts';
import { runTests, type Tally } from './run-tests.ts';
import { linesOf, type ProofRow } from './table.ts';

/**
 * `npm run proof`: runs what mailspec itself is tested by, one proof after the other, and prints a table of what was tried. Ends
 * with 1 where something failed or nothing was run.
 */
const { values, positionals } = parseArgs({ options: CAMPAIGN_OPTIONS, allowPositionals: true });
const { replies, seed } = campaignOf(values);
const proofs = await loadProofs();
const unknown = positionals.filter((name) => !proofs.some((proof) => proof.name === name));
if (unknown.length > 0)
  throw new RangeError(
    `There is no proof ${unknown.join(', ')}; there are ${proofs.map(({ name }) => name).join(', ')}.`,
  );

const rows: ProofRow[] = [];
for (const proof of proofs.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  process.stderr.write(`${proof.name}: ${proof.tries} …\n`);
  const began = performance.now();
  const tally = await tallyOf(proof);
  rows.push({ ...tally, name: proof.name, seconds: (performance.now() - began) / 1000 });
  for (const failure of tally.failures) process.stderr.write(`${failure}\n`);
}
process.stdout.write(`${linesOf(rows).join('\n')}\n`);
process.exitCode = rows.every(({ failed }) => failed === 0) ? 0 : 1;

async function tallyOf(proof: Proof): Promise<Tally> {
  if (proof.files.length > 0) return runTests(proof);
  const { replies: passed, lines } = await faceHostility(replies, seed);
  return { passed, failed: lines.length > 0 ? 1 : 0, leftOut: 0, failures: lines };
}
