import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvidenceEvent } from './events.ts';
import { sealEvidence, serialiseEvents } from './store.ts';

const EVENTS: readonly EvidenceEvent[] = [
  { seq: 1, at: 0, connection: 0, kind: 'note', text: 'line\nbreak \u2028' },
  { seq: 2, at: 5, connection: 1, kind: 'close', by: 'client', how: 'fin' },
];

describe('evidence store', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'mailspec-evidence-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  test('one event is one line, whatever stands in it', () => {
    const lines = serialiseEvents(EVENTS).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(EVENTS);
  });

  test('the name of the file is the digest of its octets', async () => {
    const folder = join(root, 'not', 'yet', 'there');
    const sealed = await sealEvidence(folder, EVENTS, 3);
    const bytes = await readFile(join(folder, sealed.file));
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(sealed).toEqual({
      digest: `sha256:${digest}`,
      file: `${digest}.jsonl`,
      mediaType: 'application/x-ndjson',
      events: 2,
      bytes: bytes.length,
      redactions: 3,
    });
  });

  test('the same dialogue is stored once, another one beside it', async () => {
    const folder = join(root, 'same');
    await Promise.all([sealEvidence(folder, EVENTS, 0), sealEvidence(folder, EVENTS, 0)]);
    await sealEvidence(folder, EVENTS.slice(1), 0);
    expect(await readdir(folder)).toHaveLength(2);
  });

  test('a folder that cannot be written is an error, not a silent loss', async () => {
    const sealed = await sealEvidence(join(root, 'file'), EVENTS, 0);
    await expect(sealEvidence(join(root, 'file', sealed.file), EVENTS, 0)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
