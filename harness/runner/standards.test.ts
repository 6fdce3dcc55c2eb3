import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countsOf, loadStandards } from './standards.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-standards-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const written = (document: string, ...statements: readonly string[]) =>
  writeFile(
    join(folder, `${document}.yaml`),
    [
      `document: ${document}`,
      'title: A protocol',
      'statements:',
      ...statements.map((one) => `  - ${one}`),
    ].join('\n'),
  );
const HEAD = "section: '4', nth: 1, level: MUST, says: A server answers every command";

test('each statement is tested, open or unseen, and counted so', async () => {
  await written('rfc3207', `{ ${HEAD}, tested-by: [STLS-001] }`);
  await written(
    'rfc821',
    `{ ${HEAD}, untested: send it twice }`,
    `{ ${HEAD}, untestable: nothing is seen of it }`,
  );
  const [older, newer] = await loadStandards(folder);
  expect(older?.document).toBe('rfc821');
  expect(older && countsOf(older)).toEqual({ tested: 0, untested: 1, untestable: 1 });
  expect(newer?.statements).toMatchObject([{ state: 'tested', checks: ['STLS-001'], note: '' }]);
});

test.each([
  ['has none of the three', `{ ${HEAD} }`],
  ['has two of the three', `{ ${HEAD}, untested: send it twice, tested-by: [STLS-001] }`],
  ['names no check', `{ ${HEAD}, tested-by: [] }`],
])('a statement that %s is refused', async (_, statement) => {
  await written('rfc3207', statement);
  await expect(loadStandards(folder)).rejects.toThrow('The statements in rfc3207.yaml are malformed');
});
