import { createLab } from 'net-mocks';
import { expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { line } from './bytes.ts';
import { openConnection } from './connection.ts';
import { RelayFailed, Unreachable } from './failures.ts';
import { startScriptedServer } from './scripted-server.testing.ts';

const VANTAGE = '127.0.0.42';
const CLOSED: Endpoint = { host: '127.0.0.1', port: 1 };

async function startRelay() {
  const lab = await createLab({ relays: [{ name: 'relay', sourceAddress: VANTAGE }] });
  const { relays } = await lab.relays.list();
  const [{ endpoint } = { endpoint: { address: '', port: 0 } }] = relays;
  return {
    relay: { host: endpoint.address, port: endpoint.port },
    [Symbol.asyncDispose]: () => lab.close(),
  };
}

function connectVia(
  relay: Endpoint,
  endpoint: Endpoint,
  more: { replyMs?: number; signal?: AbortSignal } = {},
) {
  const recorder = createRecorder();
  return {
    recorder,
    connection: openConnection({
      endpoint,
      role: 'mx',
      recorder,
      number: 3,
      replyMs: 5_000,
      via: { relay, address: VANTAGE },
      ...more,
    }),
  };
}

test('the server sees the address of the relay, and the record says so', async () => {
  await using server = await startScriptedServer(async (peer) => {
    await peer.write(`220 ${peer.clientAddress.replace(/:\d+$/, '')}`);
    expect(await peer.readLine()).toBe('QUIT');
    await peer.write('221 bye');
  });
  await using relay = await startRelay();
  const opened = connectVia(relay.relay, server.endpoint);
  const connection = await opened.connection;
  expect((await connection.readLine('greeting')).bytes.toString()).toBe(`220 ${VANTAGE}`);
  connection.send(line('QUIT'));
  expect((await connection.readLine('goodbye')).bytes.toString()).toBe('221 bye');
  expect(await connection.untilEnd(5_000)).toEqual({ how: 'fin' });
  expect(connection.localAddress).toBe(VANTAGE);
  expect(opened.recorder.events[0]).toMatchObject({
    kind: 'connect',
    address: `${server.endpoint.host}:${server.endpoint.port}`,
    localAddress: VANTAGE,
  });
});

test('a reset of the server arrives as one', async () => {
  await using server = await startScriptedServer(async (peer) => {
    await peer.write('220 hello');
    await peer.readLine();
    peer.reset();
  });
  await using relay = await startRelay();
  const connection = await connectVia(relay.relay, server.endpoint).connection;
  await connection.readLine('greeting');
  connection.send(line('NOOP'));
  expect(await connection.untilEnd(5_000)).toEqual({ how: 'rst' });
});

test('the deadline of connecting does not end the connection', async () => {
  await using server = await startScriptedServer(async (peer) => {
    await peer.readLine();
    await peer.write('250 still here');
  });
  await using relay = await startRelay();
  const connection = await connectVia(relay.relay, server.endpoint, { replyMs: 200 }).connection;
  expect((await connection.watch(400)).length).toBe(0);
  connection.send(line('NOOP'));
  expect((await connection.readLine('answer', 5_000)).bytes.toString()).toBe('250 still here');
  connection.close();
});

test('a server that refuses is unreachable, as without a relay', async () => {
  await using relay = await startRelay();
  const { connection, recorder } = connectVia(relay.relay, CLOSED);
  await expect(connection).rejects.toMatchObject({ name: Unreachable.name, code: 'ECONNREFUSED' });
  expect(recorder.events).toMatchObject([{ kind: 'refused', code: 'ECONNREFUSED' }]);
});

test('a relay that does not answer, or refuses, says nothing about the server', async () => {
  await expect(connectVia(CLOSED, CLOSED).connection).rejects.toBeInstanceOf(RelayFailed);
  await using relay = await startRelay();
  const elsewhere = { host: '192.0.2.1', port: 25 };
  await expect(connectVia(relay.relay, elsewhere).connection).rejects.toBeInstanceOf(RelayFailed);
});

test('an attempt ends by signal', async () => {
  await using relay = await startRelay();
  await expect(
    connectVia(relay.relay, CLOSED, { signal: AbortSignal.abort() }).connection,
  ).rejects.toMatchObject({ code: 'EABORTED' });
});
