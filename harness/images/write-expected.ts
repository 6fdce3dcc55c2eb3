import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../reports/model/record.ts';
import { type ExpectedVerdicts, readExpected } from './expected-verdicts.ts';

/**
 * Writes the expected verdicts of the targets of a record: `node harness/images/write-expected.ts
 * mailspec-report/results.json [part]`, where a part gives the target one more file. The comment on top stays,
 * and reasons that stand there already do while the verdict stays the same; a new one is taken from the
 * result and wants to be read by a person before it is committed.
 */
const [file = 'mailspec-report/results.json', part] = process.argv.slice(2);
const record: RunRecord = JSON.parse(await readFile(file, 'utf8'));
for (const target of record.targets) {
  const name = part === undefined ? target.name : `${target.name}.${part}`;
  const path = fileURLToPath(new URL(`expected/${name}.yaml`, import.meta.url));
  const { verdicts: known, always }: Pick<ExpectedVerdicts, 'verdicts' | 'always'> = await readExpected(
    path,
  ).catch(() => ({ verdicts: {}, always: false }));
  const lines = target.results.map(({ check, verdict, reason }) => {
    if (verdict === 'pass') return `  ${check}: pass\n`;
    const before = known[check];
    const why = before && before !== 'pass' && before.verdict === verdict ? before.why : reason;
    return `  ${check}: { verdict: ${verdict}, why: ${JSON.stringify(why)} }\n`;
  });
  const { only } = record.selection;
  const written = await readFile(path, 'utf8').catch(() => '');
  const comment = /^(?:#.*\n)+/.exec(written)?.[0] ?? `# What mailspec must say about ${target.name}.\n`;
  const head = only.length > 0 ? `only: [${only.join(', ')}]\n` : '';
  await writeFile(
    path,
    `${comment}${head}${always ? 'always: true\n' : ''}conclusion: ${target.conclusion}\nverdicts:\n${lines.join('')}`,
  );
}
