import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitForGreetings } from '../greeting.ts';
import { REFERENCE_NAMES } from '../load.ts';
import { createTargetsFolder, type TargetsFolder } from '../testing/targets-file.ts';
import { startTarget } from './start.ts';

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());

const { signal } = new AbortController();

it('serves under the declared name, with the declared faults and without the declared roles', async () => {
  const declaration = await folder.declare(`version: 1
targets:
  careless:
    driver: reference
    faults: [pop3-omits-stls, mx-omits-starttls]
    without: [submission]
    permissions: [safe]
    connections: 3
`);
  const { target, artefact, stop } = await startTarget(declaration, { runId: 'test', signal });
  try {
    expect(target).toMatchObject({
      name: 'careless',
      driver: 'reference',
      ...REFERENCE_NAMES,
      permissions: ['safe'],
      connections: 3,
    });
    expect(target.endpoints).toHaveProperty('mx');
    expect(target.endpoints).not.toHaveProperty('submission');
    expect(artefact).toEqual({ faults: 'pop3-omits-stls, mx-omits-starttls', without: 'submission' });
    expect(await waitForGreetings(target.endpoints, 30_000, signal)).toEqual([]);
  } finally {
    await stop();
  }
  const { mx } = target.endpoints;
  expect(await waitForGreetings(mx ? { mx } : {}, 1_500, signal)).toMatchObject([
    { role: 'mx', last: expect.stringContaining('ECONNREFUSED') },
  ]);
  await stop();
});
