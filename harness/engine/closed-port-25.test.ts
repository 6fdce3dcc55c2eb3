import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { Target } from '../model/target.ts';
import { startEnvironment } from '../reference/environment.ts';
import { line } from '../wire/bytes.ts';
import { Silence, Unreachable } from '../wire/failures.ts';
import { meaningOfClosedPort, type Port25 } from './closed-port-25.ts';

const ELSEWHERE: Endpoint = { host: 'mail.example.test', port: 25 };
const FAILURE = new Unreachable('mail.example.test:25', 'ETIMEDOUT');

let servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

/** A control that greets with this line; its port, and how often it was visited. */
async function control(greeting: string): Promise<{ endpoint: Endpoint; visits: () => number }> {
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.on('error', () => socket.destroy());
    socket.end(line(greeting));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { endpoint: { host: '127.0.0.1', port }, visits: () => visits };
}

async function host(port25Control?: Endpoint): Promise<Target> {
  const peer = await startEnvironment('refused');
  await peer.close();
  return { ...peer.target, driver: 'host', ...(port25Control ? { port25Control } : {}) };
}

function ask(target: Target, endpoint = ELSEWHERE, failure: unknown = FAILURE, known: Port25 = {}) {
  const recorder = createRecorder();
  const { signal } = new AbortController();
  return meaningOfClosedPort(failure, endpoint, { target, recorder, nextConnection: () => 1, signal }, known);
}

test('without a control nothing is said about the server', async () => {
  expect(await ask(await host())).toMatchObject({
    name: 'Inconclusive',
    why: 'environment',
    message: expect.stringMatching(
      /^No connection to mail\.example\.test:25: ETIMEDOUT\. .* names no port-25-control\.$/,
    ),
  });
});

test('a control that answers makes it the closed port of the server; it is asked once', async () => {
  const { endpoint, visits } = await control('220 control.example.test ESMTP');
  const target = await host(endpoint);
  const known: Port25 = {};
  expect(await ask(target, ELSEWHERE, FAILURE, known)).toBe(FAILURE);
  expect(await ask(target, ELSEWHERE, FAILURE, known)).toBe(FAILURE);
  expect(visits()).toBe(1);
});

test.each([['554 blocked by the provider'], ['hello']])(
  'a control that answers "%s" may be somebody else',
  async (greeting) => {
    const { endpoint } = await control(greeting);
    expect(await ask(await host(endpoint))).toMatchObject({ name: 'Inconclusive', why: 'environment' });
  },
);

test('a control that cannot be reached either tells of a network that blocks', async () => {
  const { endpoint } = await control('220 soon gone');
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  expect(await ask(await host(endpoint))).toMatchObject({
    name: 'Inconclusive',
    message: expect.stringContaining('outbound port 25 seems to be blocked in this network'),
  });
});

test('ports of this machine, other ports, other targets and other failures mean what they say', async () => {
  const target = await host();
  for (const local of ['127.0.0.1', '127.4.5.6', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'localhost']) {
    expect(await ask(target, { host: local, port: 25 })).toBe(FAILURE);
  }
  expect(await ask(target, { host: 'mail.example.test', port: 587 })).toBe(FAILURE);
  expect(await ask({ ...target, driver: 'container' })).toBe(FAILURE);
  const silence = new Silence(1, 'a greeting');
  expect(await ask(target, ELSEWHERE, silence)).toBe(silence);
});
