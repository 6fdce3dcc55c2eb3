import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadChecks } from './load.ts';

const DEFINE = new URL('../check/define.ts', import.meta.url).href;
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-suites-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, source: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), source);
}

/** Source of a check file with checks of these codes and slugs. */
function checks(...named: readonly (readonly [id: string, slug: string])[]): string {
  const one = ([id, slug]: readonly [string, string], index: number) =>
    `export const check${index} = check({ id: '${id}', slug: '${slug}', title: 't', sends: 's', demands: 'd',
      level: 'MUST', severity: 'low', clauses: ['rfc5321#4'], roles: ['mx'], needs: [], effect: 'reads',
      safety: 'safe', budget: '1s', kills: ['mx-omits-starttls'] }, async () => {});\n`;
  return `import { check } from '${DEFINE}';\n${named.map(one).join('')}`;
}

describe('loading checks', () => {
  test('finds them in the order of the suites and their codes; other files and exports do not matter', async () => {
    await write('smtp-core/b.check.ts', checks(['SMTP-001', 'one'], ['SMTP-010', 'ten']));
    await write(
      'smtp-core/a.check.ts',
      `${checks(['SMTP-002', 'two'])}export const other = { definition: 1 };`,
    );
    await write('starttls/a.check.ts', checks(['STLS-001', 'one']));
    await write('smtp-core/session.ts', 'throw new Error("must not be imported");');
    await write('catalog/profiles/baseline.yaml', '');
    const loaded = await loadChecks(folder);
    expect(loaded.map(({ definition }) => definition.id)).toEqual([
      'STLS-001',
      'SMTP-001',
      'SMTP-002',
      'SMTP-010',
    ]);
  });

  test('refuses a code of no suite, and a clause of a text that nobody knows', async () => {
    await write('smtp-core/a.check.ts', checks(['XYZ-001', 'one']));
    await expect(loadChecks(folder)).rejects.toThrow(
      /XYZ-001 lies in suites\/smtp-core and belongs to suites\/xyz/,
    );
    await rm(join(folder, 'smtp-core'), { recursive: true });
    await write('starttls/a.check.ts', checks(['STLS-001', 'one']).replace('rfc5321#4', 'memo#1'));
    await expect(loadChecks(folder)).rejects.toThrow(/memo#1 names a document that mailspec does not know/);
  });

  test('finds none in an empty folder', async () => {
    expect(await loadChecks(folder)).toEqual([]);
  });

  test('refuses a code that is there twice, and names both places', async () => {
    await write('smtp-core/a.check.ts', checks(['SMTP-001', 'one']));
    await write('smtp-core/b.check.ts', checks(['SMTP-001', 'other']));
    await expect(loadChecks(folder)).rejects.toThrow(
      /^SMTP-001 is defined twice: .*a\.check\.ts:2 and .*b\.check\.ts:2\.$/,
    );
  });

  test('refuses a slug that is there twice in a suite, not in two', async () => {
    await write('smtp-core/a.check.ts', checks(['SMTP-001', 'one']));
    await write('starttls/a.check.ts', checks(['STLS-001', 'one']));
    expect(await loadChecks(folder)).toHaveLength(2);
    await write('smtp-core/b.check.ts', checks(['SMTP-002', 'one']));
    await expect(loadChecks(folder)).rejects.toThrow(/^smtp-core\/one is defined twice/);
  });

  test('refuses a check in the folder of another suite', async () => {
    await write('starttls/a.check.ts', checks(['SMTP-001', 'one']));
    await expect(loadChecks(folder)).rejects.toThrow(
      'SMTP-001 lies in suites/starttls and belongs to suites/smtp-core.',
    );
  });

  test.each(['start-tls/a.check.ts', 'a.check.ts', 'smtp-core/deeper/a.check.ts'])(
    'refuses %s, where nobody would find it',
    async (path) => {
      await write(path, checks(['SMTP-001', 'one']));
      await expect(loadChecks(folder)).rejects.toThrow(`suites/${path} lies in no folder of a suite`);
    },
  );

  test('refuses a check file that exports no check', async () => {
    await write('smtp-core/a.check.ts', checks(['SMTP-001', 'one']).replace('export const', 'const'));
    await expect(loadChecks(folder)).rejects.toThrow('suites/smtp-core/a.check.ts exports no check.');
  });

  test('passes on what a check file throws when it is imported', async () => {
    await write('smtp-core/a.check.ts', 'throw new Error("broken on purpose");');
    await expect(loadChecks(folder)).rejects.toThrow('broken on purpose');
  });

  test('tells a folder that is not there', async () => {
    await expect(loadChecks(join(folder, 'absent'))).rejects.toThrow(/ENOENT/);
  });
});
