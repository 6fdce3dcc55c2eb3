import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { PASSWORD, silence, smtpPeer, startPeers } from '../../engine/testing/peer-target.ts';
import type { EvidenceEvent } from '../../evidence/events.ts';
import { octetsOf } from '../../evidence/octets.ts';
import type { Detector } from '../findings.ts';
import { formsOf } from '../forms.ts';

const PLAIN = Buffer.from(`\0alice@example.test\0${PASSWORD}`).toString('base64');

/** A password that a server repeats in every way it can stands nowhere in result and evidence. */
const detect: Detector = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-secrets-'));
  let visits = 0;
  const echo = smtpPeer({
    // One secret in two segments, one in base64.
    NOOP: async (peer) => {
      await peer.write(Buffer.from(`250 ${PASSWORD.slice(0, 9)}`));
      await peer.readLine();
      await peer.write(`${PASSWORD.slice(9)} again`);
    },
    AUTH: `535 ${PLAIN} is wrong`,
    VRFY: `252 ${PASSWORD}`,
  });
  try {
    // After the first visit the server knows the password and greets with it.
    await using peers = await startPeers(
      {
        mx: async (peer) => {
          visits += 1;
          if (visits === 1) return echo(peer);
          await peer.write(`220 ${PASSWORD} ready`);
          await silence(peer);
        },
      },
      { replyMs: 200, evidenceFolder: folder },
    );
    const quotes = checkOf(async ({ smtp, verify, variant, pause }) => {
      const client = await smtp();
      client.raw(Buffer.from('NOOP\r\n'));
      // The second segment comes when the first was read.
      while (client.connection.pending().length === 0) await pause(5);
      client.raw(Buffer.from('go on\r\n'));
      await client.command('VRFY alice').catch(() => undefined);
      const refusal = await client.command(`AUTH PLAIN ${PLAIN}`, [Buffer.from(PASSWORD)]);
      verify.ideally.reply(refusal, 'the refusal quotes nothing').code(500);
      verify.reply(refusal, 'AUTH is refused').codeClass(5);
      await variant('a miss', async (on) => {
        on.that(false, { demand: 'nothing is echoed', expected: PASSWORD, actual: refusal.text });
      });
      await variant('a crash', async () => {
        throw new Error(`The server said ${PASSWORD} and ${refusal.text}`);
      });
    });
    const remembers = checkOf(async ({ smtp, verify }) => {
      const client = await smtp();
      verify.reply(client.greeting, 'the greeting').code(220);
      await client.command('HELP');
    });
    const first = await evaluate(quotes, peers.bench);
    const second = await evaluate(remembers, peers.bench);
    const kept = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
    );
    const wire = kept.flatMap(octetsIn);
    const places: Readonly<Record<string, readonly string[]>> = {
      'the result': [JSON.stringify(first)],
      'the result of a server that remembers': [JSON.stringify(second)],
      evidence: [...kept, ...wire],
    };
    return [
      ...(first.evidence && second.control ? [] : ['Evidence or control conversation is missing.']),
      ...Object.entries(places).flatMap(([place, texts]) =>
        formsOf(PASSWORD)
          .filter(({ pattern }) => texts.some((text) => text.includes(pattern)))
          .map(({ form }) => `The password stands ${form} in ${place}.`),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The octets of each direction of each connection, joined, so that no segment hides anything. */
function octetsIn(evidence: string): string[] {
  const streams = new Map<string, string>();
  for (const line of evidence.split('\n').filter(Boolean)) {
    const event: EvidenceEvent = JSON.parse(line);
    if (event.kind !== 'send' && event.kind !== 'recv') continue;
    const key = `${event.connection} ${event.kind}`;
    streams.set(key, (streams.get(key) ?? '') + octetsOf(event).toString('latin1'));
  }
  return [...streams.values()];
}

export default detect;
