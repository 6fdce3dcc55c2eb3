import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Endpoint } from '../model/endpoint.ts';
import { startReference } from '../reference/server.ts';
import { CRLF } from '../wire/bytes.ts';
import { waitForGreetings } from './greeting.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A server that says the lines given, one a connection, the last one ever after; undefined: closes. */
async function greeter(...greetings: (string | undefined)[]): Promise<Endpoint> {
  let visits = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    const greeting = greetings[Math.min(visits, greetings.length - 1)];
    visits += 1;
    if (greeting === undefined) socket.end();
    else socket.end(Buffer.concat([Buffer.from(greeting), CRLF]));
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const { signal } = new AbortController();

it('waits through closed connections and refusals until every protocol greets', async () => {
  const endpoints = {
    mx: await greeter(undefined, '421 not yet', '220-mail.example.test'),
    pop3: await greeter('-ERR starting', '+OK ready'),
    imap: await greeter('* BYE starting', '* OK ready'),
  };
  expect(await waitForGreetings(endpoints, 30_000, signal)).toEqual([]);
});

it('keeps a connection on which the server takes its time', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    // Longer than it takes until another connection is tried beside it.
    const timer = setTimeout(() => socket.write(Buffer.concat([Buffer.from('220 at last'), CRLF])), 5_600);
    socket.once('close', () => clearTimeout(timer));
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const mx = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  expect(await waitForGreetings({ mx }, 20_000, signal)).toEqual([]);
});

it('reads the greeting after TLS where TLS comes first', async () => {
  const server = await startReference();
  const { submissions } = server.target.endpoints;
  expect(submissions).toBeDefined();
  try {
    expect(await waitForGreetings(submissions ? { submissions } : {}, 30_000, signal)).toEqual([]);
  } finally {
    await server.close();
  }
});

it('names the roles that did not greet, and what came instead', async () => {
  const mx = await greeter('554 no\u001b[31m service');
  const pop3 = await greeter('+OK');
  expect(await waitForGreetings({ mx, pop3, submissions: mx }, 400, signal)).toEqual([
    { role: 'mx', address: `127.0.0.1:${mx.port}`, last: 'The greeting was "554 no\\x1b[31m service".' },
    {
      role: 'submissions',
      address: `127.0.0.1:${mx.port}`,
      last: expect.stringContaining('TLS handshake'),
    },
  ]);
});

it('ends at once when it is asked to', async () => {
  const mx = await greeter('554 no');
  const stop = new AbortController();
  const waiting = waitForGreetings({ mx }, 3_600_000, stop.signal);
  stop.abort();
  expect(await waiting).toMatchObject([{ role: 'mx' }]);
});
