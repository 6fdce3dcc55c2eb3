import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { startPeers } from '../../engine/testing/peer-target.ts';
import type { EvidenceEvent } from '../../evidence/events.ts';
import { octetsOf } from '../../evidence/octets.ts';
import { type Detector, untrue } from '../findings.ts';

const EVERY_OCTET = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));

/** Evidence holds the octets of both directions as they were, under the digest of its file. */
const detect: Detector = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-evidence-'));
  const greeting = Buffer.concat([Buffer.from('220 ready\r\n'), EVERY_OCTET, Buffer.from('\r\n')]);
  let received = Buffer.alloc(0);
  try {
    await using peers = await startPeers(
      {
        mx: async (peer) => {
          await peer.write(greeting);
          received = Buffer.from(await peer.readOctets(EVERY_OCTET.length));
          await peer.write('done');
        },
      },
      { evidenceFolder: folder },
    );
    const result = await evaluate(
      checkOf(async ({ smtp, verify }) => {
        const client = await smtp();
        const rest = await client.connection.readOctets(EVERY_OCTET.length + 2, 'every octet');
        client.raw(EVERY_OCTET);
        await client.connection.readLine('the end');
        verify.that(rest.length === EVERY_OCTET.length + 2, {
          demand: 'it comes',
          expected: 'a',
          actual: 'b',
        });
      }),
      peers.bench,
    );
    if (!result.evidence) return ['There is no evidence.'];
    const file = await readFile(join(folder, result.evidence.file));
    const hash = createHash('sha256').update(file).digest('hex');
    const events = file
      .toString()
      .trimEnd()
      .split('\n')
      .map((line): EvidenceEvent => JSON.parse(line));
    const octets = (kind: 'send' | 'recv') =>
      Buffer.concat(events.flatMap((event) => (event.kind === kind ? [octetsOf(event)] : [])));
    return untrue(
      [received.equals(EVERY_OCTET), 'The server did not get what was sent.'],
      [octets('send').equals(EVERY_OCTET), 'The evidence of what was sent differs from what was sent.'],
      [
        octets('recv').equals(Buffer.concat([greeting, Buffer.from('done\r\n')])),
        'The evidence of what was received differs from what was received.',
      ],
      [result.evidence.digest === `sha256:${hash}`, 'The digest is not that of the evidence.'],
      [result.evidence.file === `${hash}.jsonl`, 'The evidence does not lie under its digest.'],
      [result.evidence.events === events.length, 'The number of events is wrong.'],
      [result.evidence.bytes === file.length, 'The size of the evidence is wrong.'],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export default detect;
