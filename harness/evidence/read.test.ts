import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EvidenceEvent } from './events.ts';
import { BrokenSeal, readEvidence } from './read.ts';
import { createRecorder } from './recorder.ts';
import { sealEvidence } from './store.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-evidence-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = { at: 5, connection: 1 };
/** One of each kind. */
const EVENTS: readonly EvidenceEvent[] = [
  { seq: 1, ...at, kind: 'connect', role: 'mx', address: '127.0.0.1:25', localAddress: '127.0.0.1' },
  { seq: 2, ...at, kind: 'refused', role: 'mx', address: '127.0.0.1:25', code: 'ECONNREFUSED' },
  { seq: 3, ...at, kind: 'recv', layer: 'clear', redactions: 0, text: '220 mail\\r\\n' },
  {
    seq: 4,
    ...at,
    kind: 'send',
    layer: 'tls',
    redactions: 1,
    bytes: 'AAEC',
    omitted: { behind: 3, octets: 9, sha256: 'ab' },
  },
  { seq: 5, ...at, kind: 'tls', protocol: 'TLSv1.3', cipher: 'x', serverName: 'mail.example.test' },
  { seq: 6, ...at, kind: 'tls-failed', reason: 'it would not' },
  { seq: 7, ...at, kind: 'expect', what: 'a reply', withinMs: 12.5, ended: 'silence' },
  { seq: 8, ...at, kind: 'close', by: 'server', how: 'fin' },
  { seq: 9, ...at, kind: 'note', text: 'a note' },
  { seq: 10, ...at, kind: 'verify', demand: 'd', expected: 'e', actual: 'a', held: false, strict: true },
];

test('what was sealed is read again, whatever kind it is of', async () => {
  const sealed = await sealEvidence(folder, EVENTS, 1);
  expect(await readEvidence(folder, sealed)).toEqual(EVENTS);
});

test('what a recorder records can be read', async () => {
  const recorder = createRecorder();
  recorder.traffic(1, 'recv', 'clear', Buffer.from([0, 1, 2, 255]));
  recorder.traffic(1, 'send', 'tls', Buffer.alloc(3_000_000, 'a'));
  const sealed = await sealEvidence(folder, recorder.events, 0);
  expect(await readEvidence(folder, sealed)).toEqual(recorder.events);
});

test('a file that is not there is no broken seal', async () => {
  const sealed = await sealEvidence(folder, EVENTS, 1);
  await rm(join(folder, sealed.file));
  expect(await readEvidence(folder, sealed)).toBeNull();
  expect(await readEvidence(join(folder, 'nowhere'), sealed)).toBeNull();
});

test('a file that was changed is one', async () => {
  const sealed = await sealEvidence(folder, EVENTS, 1);
  await writeFile(join(folder, sealed.file), '{}\n');
  await expect(readEvidence(folder, sealed)).rejects.toThrow(BrokenSeal);
  await expect(readEvidence(folder, sealed)).rejects.toThrow('was changed after it was sealed');
});

test.each(['../../etc/passwd', '/etc/passwd', 'a.jsonl'])('a record cannot make %s be read', async (file) => {
  const sealed = await sealEvidence(folder, EVENTS, 1);
  await expect(readEvidence(folder, { ...sealed, file })).rejects.toThrow('is no name of evidence');
});
