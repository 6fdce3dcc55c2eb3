import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visibleText } from '../../reports/fixtures/hostile-text.ts';
import { postfixRun } from '../../reports/fixtures/postfix.ts';
import { randomRecord } from '../../reports/fixtures/random-record.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { seeded } from '../model/seeded.ts';
import { findExpected } from './find.ts';
import { loadExpected } from './load.ts';
import { expectedFileJsonSchema } from './schema.ts';
import { type Decision, entriesOf, writeExpected } from './write.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-expected-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ENTRY = `
  - target: shop
    check: STLS-011
    reason: >
      The appliance is replaced
      in March.
    authority: Operations
    expires: 2027-03-31
`;

async function file(content: string): Promise<string> {
  const path = join(folder, 'mailspec-expected.yaml');
  await writeFile(path, content);
  return path;
}

async function problemsOf(content: string): Promise<string[]> {
  const path = await file(content);
  const thrown = await loadExpected(path).then(
    () => null,
    (error: Error) => error,
  );
  return (thrown?.message ?? '')
    .split('\n')
    .map((line) => line.replace(`${folder}/mailspec-expected.yaml:`, ''));
}

describe('the file of expected deviations', () => {
  test('is read with the place of each entry; a folded reason is one line', async () => {
    const path = await file(`version: 1\nexpected:${ENTRY}`);
    expect(await loadExpected(path)).toEqual([
      {
        target: 'shop',
        check: 'STLS-011',
        verdict: 'fail',
        reason: 'The appliance is replaced in March.',
        authority: 'Operations',
        expires: '2027-03-31',
        place: `${path}:3:5`,
      },
    ]);
  });

  test.each<[string, string, string]>([
    [
      'without a reason',
      ENTRY.replace(/ *reason[\s\S]*?March\.\n/, ''),
      '3:5: "expected[0]" lacks "reason".',
    ],
    [
      'with an empty reason',
      ENTRY.replace(/>\n[\s\S]*?March\./, "''"),
      'must be a sentence that says why this is accepted',
    ],
    ['without an authority', ENTRY.replace(/ *authority.*\n/, ''), '3:5: "expected[0]" lacks "authority".'],
    ['without an end', ENTRY.replace(/ *expires.*\n/, ''), '3:5: "expected[0]" lacks "expires".'],
    [
      'with a day that is none',
      ENTRY.replace('2027-03-31', '2027-02-30'),
      '9:14: "expected[0].expires" must be a date such as 2027-03-31, found "2027-02-30".',
    ],
    [
      'with a code that is none',
      ENTRY.replace('STLS-011', 'STLS'),
      '4:12: "expected[0].check" must be the code of a check such as STLS-011, found "STLS".',
    ],
    [
      'with a pass',
      ENTRY.replace('    reason', '    verdict: pass\n    reason'),
      '5:14: "expected[0].verdict" must be fail, warn or inconclusive, found "pass".',
    ],
    [
      'with a typing error',
      ENTRY.replace('authority', 'autority'),
      'Unknown key "autority" in "expected[0]"; did you mean "authority"?',
    ],
    ['with an entry twice', ENTRY + ENTRY, '11:5: STLS-011 on shop is expected twice, first at'],
  ])('%s is refused at its place', async (_, entries, sentence) => {
    expect((await problemsOf(`version: 1\nexpected:${entries}`)).join('\n')).toContain(sentence);
  });

  test('is found beside the targets file, where nothing else is said', async () => {
    const targets = join(folder, 'targets.yaml');
    const path = await file(`version: 1\nexpected:${ENTRY}`);
    expect(await findExpected('beside-targets', targets)).toHaveLength(1);
    expect(await findExpected('none', targets)).toEqual([]);
    expect(await findExpected({ file: path }, '/nowhere/targets.yaml')).toHaveLength(1);
    await rm(path);
    expect(await findExpected('beside-targets', targets)).toEqual([]);
    await expect(findExpected({ file: path }, targets)).rejects.toThrow('There is no such file.');
  });

  test('has a published schema that is in step', async () => {
    const published = await readFile(new URL('../../mailspec-expected.schema.json', import.meta.url), 'utf8');
    expect(published, 'run: npm run schema').toBe(expectedFileJsonSchema());
  });
});

function written(record: RunRecord, decision: Decision): string {
  return writeExpected(record, entriesOf(record, decision));
}

describe('a file made of what a run found', () => {
  const decision = { reason: 'It is "known": # see [1]', authority: 'yes', expires: '2027-03-31' };

  test('holds every finding and open question, and none of our own errors', async () => {
    const record = postfixRun();
    const entries = await loadExpected(await file(written(record, decision)));
    const due = record.targets
      .flatMap(({ results }) => results)
      .filter(
        ({ consequence, verdict }) => ['finding', 'unsettled'].includes(consequence) && verdict !== 'error',
      );
    expect(entries.map(({ target, check, verdict }) => [target, check, verdict])).toEqual(
      due.map(({ target, check, verdict }) => [target, check, verdict]),
    );
    for (const entry of entries) expect(entry).toMatchObject(decision);
  });

  test('is well-formed whatever the server said, and keeps the reasons of what is waived already', async () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const random = randomRecord(seeded(seed), visibleText);
      const targets = random.targets.map((target, index) => ({
        ...target,
        results: target.results.map((result) => ({
          ...result,
          target: `t${index}`,
          // A file without a reason cannot have been read.
          waiver: result.waiver && {
            ...result.waiver,
            reason: `because ${result.waiver.reason}`,
            authority: `one ${result.waiver.authority}`,
          },
        })),
      }));
      const due = entriesOf({ ...random, targets }, decision);
      if (due.length === 0) continue;
      const entries = await loadExpected(await file(writeExpected(random, due)));
      const waived = targets
        .flatMap(({ results }) => results)
        .filter(({ consequence }) => consequence === 'waived');
      for (const { target, check, waiver } of waived) {
        const entry = entries.find((one) => one.target === target && one.check === check);
        expect(entry?.reason).toBe(waiver?.reason.trim().replace(/\s+/g, ' '));
      }
    }
  });

  test('has a place for the reason of each entry, and is refused until it is filled in', async () => {
    const content = written(postfixRun(), { ...decision, reason: null });
    const places = content.match(/^ {4}reason: # say why this is accepted$/gm)?.length ?? 0;
    const lines = await problemsOf(content.replace('reason: # say why this is accepted', 'reason: known'));
    expect(places).toBeGreaterThan(1);
    expect(lines).toHaveLength(places - 1);
    for (const line of lines)
      expect(line).toMatch(
        /"expected\[\d+\]\.reason" must be a sentence that says why this is accepted, found nothing\.$/,
      );
  });

  test('is none where nothing deviates', () => {
    expect(entriesOf({ ...postfixRun(), targets: [] }, decision)).toEqual([]);
  });
});
