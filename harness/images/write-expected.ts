import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../reports/model/record.ts';
import { type ExpectedVerdicts, readExpected } from './expected-verdicts.ts';

/** What stays of a file that is there. */
type Kept = Pick<ExpectedVerdicts, 'verdicts' | 'always' | 'skip' | 'first'>;

/**
 * Writes the expected verdicts of the targets of a record: `node harness/images/write-expected.ts
 * mailspec-report/results.json [part]`, where a part gives the target one more file. The comment on top and what is
 * skipped stay, and so do reasons that stand there while the verdict stays the same; a new one is taken from the
 * result and wants to be read by a person before it is committed.
 */
const [file = 'mailspec-report/results.json', part] = process.argv.slice(2);
const record: RunRecord = JSON.parse(await readFile(file, 'utf8'));
for (const target of record.targets) {
  const name = part === undefined ? target.name : `${target.name}.${part}`;
  const path = fileURLToPath(new URL(`expected/${name}.yaml`, import.meta.url));
  const {
    verdicts: known,
    always,
    skip,
    first,
  } = await readExpected(path).catch(
    (): Kept => ({
      verdicts: {},
      always: false,
      skip: {},
      first: undefined,
    }),
  );
  const asked = target.results.filter(({ check }) => skip[check] === undefined);
  const lines = asked.map(({ check, verdict, reason }) => {
    if (verdict === 'pass') return `  ${check}: pass\n`;
    const before = known[check];
    const why = before && before !== 'pass' && before.verdict === verdict ? before.why : reason;
    return `  ${check}: { verdict: ${verdict}, why: ${JSON.stringify(why)} }\n`;
  });
  const { only } = record.selection;
  const written = await readFile(path, 'utf8').catch(() => '');
  const comment = /^(?:#.*\n)+/.exec(written)?.[0] ?? `# What mailspec must say about ${target.name}.\n`;
  const head = only.length > 0 ? `only: [${only.join(', ')}]\n` : '';
  const reasons = Object.entries(skip).map(([code, why]) => `  ${code}: ${JSON.stringify(why)}\n`);
  const skipped = reasons.length > 0 ? `skip:\n${reasons.join('')}` : '';
  await writeFile(
    path,
    `${comment}${head}${skipped}${always ? 'always: true\n' : ''}${first === undefined ? '' : `first: ${first}\n`}conclusion: ${target.conclusion}\nverdicts:\n${lines.join('')}`,
  );
}
