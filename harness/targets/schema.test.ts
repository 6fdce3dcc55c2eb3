import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { FAULT_NAMES } from '../model/faults.ts';
import { targetsFileJsonSchema } from './schema.ts';

const ROOT = new URL('../../', import.meta.url);

it('is what targets.schema.json says; npm run schema brings them in step', async () => {
  expect(await readFile(new URL('targets.schema.json', ROOT), 'utf8')).toBe(targetsFileJsonSchema());
});

it('is named by the first line of targets.yaml, for editors', async () => {
  const [first] = (await readFile(new URL('targets.yaml', ROOT), 'utf8')).split('\n');
  expect(first).toBe('# yaml-language-server: $schema=./targets.schema.json');
});

it('demands a driver and allows nothing unknown in JSON Schema too', () => {
  const schema = JSON.parse(targetsFileJsonSchema()) as {
    definitions: Record<string, Record<string, unknown>>;
  };
  for (const driver of ['reference', 'container', 'compose', 'host']) {
    expect(schema.definitions[driver]).toMatchObject({ additionalProperties: false });
    expect(schema.definitions[driver]?.required).toContain('driver');
  }
});

it('does not list the faults of the reference server, which are checked when a file is read', () => {
  const written = targetsFileJsonSchema();
  expect(FAULT_NAMES.filter((name) => written.includes(`"${name}"`))).toEqual([]);
});
