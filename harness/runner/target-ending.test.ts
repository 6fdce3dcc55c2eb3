import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startReference } from '../reference/server.ts';
import { readJournal } from './journal.ts';
import { noteEnding } from './target-ending.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-ending-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each<[string, string | null, readonly string[]]>([
  [
    'died',
    'The container ended with status 139.',
    ['target-runs-to-the-end broke-off The container ended with status 139.'],
  ],
  ['runs', null, []],
])('the journal tells of a target that %s', async (_, ended, told) => {
  const server = await startReference();
  const file = join(folder, 'target.jsonl');
  try {
    const { target } = server;
    const running = {
      target,
      lab: null,
      artefact: {},
      ending: async () => ended,
      stop: async () => undefined,
    };
    await noteEnding(running, file, new Date());
    const controls = readJournal(file).flatMap((entry) => (entry.kind === 'control' ? [entry.control] : []));
    expect(controls.map(({ control, state, line }) => `${control} ${state} ${line}`)).toEqual(told);
  } finally {
    await server.close();
  }
});
