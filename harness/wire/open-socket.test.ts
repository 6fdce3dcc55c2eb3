import dns, { type LookupOptions } from 'node:dns';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import { openConnection } from './connection.ts';
import { meetsItself } from './open-socket.ts';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('The listener has no port.');
  return bound.port;
}

test('a connection that leads to itself is told from one to a server', async () => {
  const port = await freePort();
  const itself = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port });
  await once(itself, 'connect');
  expect(meetsItself(itself)).toBe(true);
  itself.destroy();

  const server = createServer((peer) => peer.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The listener has no port.');
  const ordinary = connect(bound.port, '127.0.0.1');
  await once(ordinary, 'connect');
  expect(meetsItself(ordinary)).toBe(false);
  ordinary.destroy();
  server.close();
});

test('of the addresses of a name those of the wanted kind are asked for', async () => {
  const server = createServer((peer) => peer.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The listener has no port.');
  const asked: unknown[] = [];
  const looking = vi.spyOn(dns, 'lookup').mockImplementation(((
    name: string,
    { family }: LookupOptions,
    found: (failure: null, address: string, family: number) => void,
  ) => {
    asked.push([name, family]);
    found(null, '127.0.0.1', 4);
  }) as never);
  try {
    const connection = await openConnection({
      endpoint: { host: 'mail.both.test', port: bound.port, family: 4 },
      role: 'mx',
      recorder: createRecorder(),
      number: 1,
      replyMs: 5_000,
    });
    connection.close();
  } finally {
    looking.mockRestore();
    server.close();
  }
  expect(asked).toEqual([['mail.both.test', 4]]);
});
