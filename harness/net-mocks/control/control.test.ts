import { spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../input/parse.ts';
import { startLab } from '../lab/create-lab.ts';
import type { Lab } from '../lab/lab.ts';
import { parseLabOptions } from '../lab/options.ts';
import { connectThroughRelay } from '../relay/client.ts';
import { connectRaw, rawClient } from '../smtp/client.testing.ts';
import { ControlError, connectLab } from './client.ts';
import { readJson, writeJson } from './json.ts';
import { type ControlServer, startControl } from './server.ts';

const OPTIONS = { smtp: [{ name: 'first', tls: {} }], relays: [{ name: 'v7', sourceAddress: '127.0.7.7' }] };

let inner: Awaited<ReturnType<typeof startLab>>;
let control: ControlServer;
let remote: Lab;
let url: string;

beforeEach(async () => {
  inner = await startLab(parseLabOptions(OPTIONS, 'options'));
  control = await startControl(inner, { address: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${control.endpoint.port}`;
  remote = connectLab(url);
});
afterEach(async () => {
  await remote.close();
  await control.close();
  await inner.close();
});

async function endpointOf(lab: Lab, name: string) {
  const { servers } = await lab.smtp.servers();
  const found = servers.find((server) => server.name === name);
  if (found === undefined) throw new Error(`expected a server ${name}`);
  return found.endpoint;
}

/** One story that touches every part, told to both forms of the interface. */
async function story(lab: Lab): Promise<void> {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  const { dns } = await lab.endpoints();
  resolver.setServers([`127.0.0.1:${dns.port}`]);
  expect(
    await lab.dns.publish({
      zones: [{ origin: 'x.test', records: [{ name: 'x.test', type: 'TXT', raw: { base64: 'Aj0+' } }] }],
    }),
  ).toEqual({ origins: ['x.test'] });
  expect(await lab.dns.zones()).toEqual({ origins: ['x.test'] });
  const { next } = await lab.dns.queries();
  const asked = lab.dns.waitForQuery({ name: 'X.test', type: 'txt', since: next, deadlineMs: 10_000 });
  expect(await resolver.resolveTxt('x.test')).toEqual([['=>']]);
  expect(await asked).toMatchObject({ name: 'x.test', rcode: 'NOERROR', transport: 'udp' });
  const { ids } = await lab.dns.setFaults({ faults: [{ name: 'x.test', effect: 'servfail' }] });
  await expect(resolver.resolveTxt('x.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  await lab.dns.clearFaults({ ids });
  await resolver.resolveTxt('x.test');
  expect(await lab.dns.withdraw({ origins: ['x.test', 'y.test'] })).toEqual({ origins: ['x.test'] });

  const { endpoint } = await lab.smtp.open({
    name: 'second',
    script: [{ stage: 'RCPT', times: 1, reply: { code: 450 } }],
  });
  const { relays } = await lab.relays.list();
  const [relay] = relays;
  if (relay === undefined) throw new Error('expected a relay');
  const client = rawClient(await connectThroughRelay(relay.endpoint, endpoint));
  await client.reply();
  await client.ask('EHLO client.test');
  await client.ask('MAIL FROM:<>');
  expect(await client.ask('RCPT TO:<token@x.test>')).toMatch(/^450/);
  await lab.smtp.setScript({ name: 'second', script: [] });
  expect(await client.ask('RCPT TO:<token@x.test>')).toMatch(/^250/);
  await client.ask('DATA');
  const arrives = lab.smtp.waitForMessage({ recipient: 'TOKEN', deadlineMs: 10_000 });
  client.send(Buffer.from('\0\xff..\r\n.\r\n', 'latin1'));
  expect(await arrives).toMatchObject({
    server: 'second',
    client: { address: '127.0.7.7' },
    content: Buffer.from('\0\xff..\r\n', 'latin1'),
  });
  await client.ask('QUIT');
  const session = await lab.smtp.waitForSession({ server: 'second', ended: true, deadlineMs: 10_000 });
  expect(session?.events.find((event) => event.kind === 'received')).toMatchObject({
    bytes: Buffer.from('EHLO client.test\r\n'),
  });
  expect((await lab.smtp.sessions({ mentions: 'token@' })).entries).toHaveLength(1);
  expect((await lab.smtp.messages({ recipient: 'nobody' })).entries).toEqual([]);
  expect(await lab.smtp.waitForMessage({ recipient: 'nobody', deadlineMs: 10 })).toBeNull();
  await lab.relays.waitForConnection({ relay: 'v7', closed: true, deadlineMs: 10_000 });
  expect((await lab.relays.connections()).entries).toMatchObject([{ outcome: 'connected' }]);

  await lab.mitm.open({ name: 'eve', protocol: 'smtp', upstream: endpoint, mode: { kind: 'pass' } });
  await lab.mitm.setMode({ name: 'eve', mode: { kind: 'reset', at: 'greeting' } });
  const [eve] = (await lab.mitm.proxies()).proxies;
  if (eve === undefined) throw new Error('expected a proxy');
  const victim = await connectRaw(eve.endpoint);
  expect(await victim.ended).toBe('ECONNRESET');
  expect(await lab.mitm.waitForSession({ proxy: 'eve', ended: true, deadlineMs: 10_000 })).toMatchObject({
    interventions: ['reset both connections at greeting'],
  });
  expect((await lab.mitm.sessions({ ended: true })).entries).toHaveLength(1);
  await lab.mitm.closeProxy({ name: 'eve' });

  expect(await lab.web.publish({ hosts: [{ host: 'mta-sts.x.test', policy: 'version: STSv1' }] })).toEqual({
    hosts: ['mta-sts.x.test'],
  });
  expect(await lab.web.hosts()).toEqual({ hosts: ['mta-sts.x.test'] });
  expect(await lab.web.withdraw({ hosts: ['mta-sts.x.test'] })).toEqual({ hosts: ['mta-sts.x.test'] });
  expect((await lab.web.requests({ host: 'mta-sts.x.test' })).entries).toEqual([]);
  expect(await lab.web.waitForRequest({ deadlineMs: 5 })).toBeNull();

  const issued = await lab.certificates.issue({ names: ['a.test'] });
  expect(issued.chain).toContain((await lab.certificates.authority()).certificate.trim());

  await lab.relays.open({ name: 'v8', sourceAddress: '127.0.8.8' });
  await lab.relays.closeRelay({ name: 'v8' });
  await lab.smtp.closeServer({ name: 'second' });
  expect((await lab.smtp.servers()).servers.map((server) => server.name)).toEqual(['first']);
}

test('both forms of the interface tell the same story', async () => {
  await story(inner);
  await remote.reset();
  await story(remote);
});

test('a wrong argument is refused with the same sentence by both forms', async () => {
  const zones = [
    {
      origin: 'x.test',
      records: [
        { name: 'x.test', type: 'A', data: '127.0.0.1' },
        { name: 'x.test', type: 'A', data: 'here' },
      ],
    },
  ];
  const sentence = 'zones[0].records[1].data: expected an IPv4 address, got "here"';
  for (const lab of [inner, remote]) {
    await expect(lab.dns.publish({ zones })).rejects.toThrow(
      new InputError('zones[0].records[1].data', 'expected an IPv4 address, got "here"'),
    );
    await expect(lab.dns.publish({ zones })).rejects.toBeInstanceOf(InputError);
    await expect(lab.dns.publish({ zones })).rejects.toThrow(sentence);
    await expect(lab.smtp.closeServer({ name: 'nobody' })).rejects.toThrow(
      'an SMTP server named nobody is not open; open: first',
    );
    await expect(lab.smtp.waitForMessage({ deadlineMs: -1 })).rejects.toThrow(
      'deadlineMs: expected a whole number from 0',
    );
    await expect(lab.dns.queries({ name: 'a..b' })).rejects.toThrow('name: "a..b" has an empty label');
  }
  expect(await inner.dns.zones()).toEqual({ origins: [] });
});

test('one wrong zone keeps all from being published', async () => {
  const good = { origin: 'x.test', records: [] };
  await expect(remote.dns.publish({ zones: [good, { origin: '..', records: [] }] })).rejects.toThrow(
    'zones[1].origin',
  );
  expect(await remote.dns.zones()).toEqual({ origins: [] });
});

test('an address in use is told as a system error', async () => {
  const { port } = await endpointOf(remote, 'first');
  const attempt = remote.smtp.open({ name: 'second', port });
  await expect(attempt).rejects.toBeInstanceOf(ControlError);
  await expect(attempt).rejects.toMatchObject({ status: 409, code: 'EADDRINUSE' });
  // The name is free again.
  await remote.smtp.open({ name: 'second' });
});

test('reset closes what was opened since and empties everything', async () => {
  await remote.smtp.open({ name: 'second' });
  await remote.dns.publish({ zones: [{ origin: 'x.test', records: [] }] });
  const before = await connectRaw(await endpointOf(remote, 'first'));
  await remote.reset();
  await before.ended;
  expect((await remote.smtp.servers()).servers.map((server) => server.name)).toEqual(['first']);
  expect((await remote.smtp.sessions()).entries).toEqual([]);
  expect(await remote.dns.zones()).toEqual({ origins: [] });
  expect(await (await connectRaw(await endpointOf(remote, 'first'))).reply()).toMatch(/^220 /);
});

describe('HTTP', () => {
  const post = (path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}${path}`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
  const json = { 'content-type': 'application/json' };

  test.each<[string, string | undefined, Record<string, string>, number, string]>([
    ['/dns/publish', '{', json, 400, 'the body is not JSON'],
    ['/dns/publish', '7', json, 400, 'expected an object, got 7'],
    [
      '/dns/publish',
      '{}',
      { 'content-type': 'text/plain' },
      415,
      'expected content of type application/json',
    ],
    ['/dns/toString', '{}', json, 404, 'there is no method "/dns/toString"'],
    ['/close', undefined, {}, 404, 'there is no method "/close"'],
    ['/__proto__/x', undefined, {}, 404, 'there is no method'],
  ])('%s with %s is refused', async (path, body, headers, status, sentence) => {
    const response = await post(path, body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(sentence) });
  });

  test('GET lists the methods, and calls need POST', async () => {
    expect(await (await fetch(url)).json()).toMatchObject({
      methods: expect.arrayContaining(['/dns/publish', '/smtp/waitForMessage', '/reset']),
      dns: { port: expect.any(Number) },
    });
    expect((await fetch(`${url}/dns/zones`)).status).toBe(405);
    expect((await post('/dns/zones')).status).toBe(200);
  });

  test('with a token others are kept out', async () => {
    const closed = await startControl(inner, { address: '127.0.0.1', port: 0 }, 'a-token');
    const address = `http://127.0.0.1:${closed.endpoint.port}`;
    const allowed = connectLab(address, { token: 'a-token' });
    const refused = connectLab(address, { token: 'b-token' });
    expect(await allowed.dns.zones()).toEqual({ origins: [] });
    await expect(refused.dns.zones()).rejects.toMatchObject({ status: 401 });
    await allowed.close();
    await refused.close();
    await closed.close();
  });

  test('a wait that the caller gives up ends, on both sides', async () => {
    const abort = new AbortController();
    const waiting = remote.dns.waitForQuery({ deadlineMs: 600_000 }, abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    const second = remote.smtp.waitForMessage({ deadlineMs: 600_000 });
    const refused = expect(second).rejects.toMatchObject({ name: 'AbortError' });
    await remote.close();
    await refused;
  });
});

test('octets survive JSON in both directions', () => {
  const value = { a: Buffer.from([0, 255]), b: [{ c: Buffer.alloc(0) }], d: null, e: { base64: 1 } };
  expect(readJson(writeJson(value))).toEqual(value);
});

test('closing leaves no socket', async () => {
  const kinds = (): string[] =>
    process
      .getActiveResourcesInfo()
      .filter((kind) => /TCP|UDP|TLS/i.test(kind))
      .toSorted();
  const before = kinds();
  const lab = await startLab(parseLabOptions({ ...OPTIONS, mitm: [] }, 'options'));
  const server = await startControl(lab, { address: '127.0.0.1', port: 0 });
  const client = connectLab(`http://127.0.0.1:${server.endpoint.port}`);
  await lab.dns.publish({ zones: [{ origin: 'x.test', records: [] }] });
  await lab.dns.setFaults({ faults: [{ name: 'x.test', effect: 'delay', delayMs: 600_000 }] });
  const first = await endpointOf(client, 'first');
  await lab.mitm.open({ name: 'eve', protocol: 'smtp', upstream: first });
  const waiting = client.smtp.waitForMessage({ deadlineMs: 600_000 }).catch(() => null);
  const resolver = new Resolver({ timeout: 50, tries: 1 });
  resolver.setServers([`127.0.0.1:${(await lab.endpoints()).dns.port}`]);
  await expect(resolver.resolve4('x.test')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  const [eve] = (await lab.mitm.proxies()).proxies;
  const open = [await connectRaw(first), await connectRaw(eve?.endpoint ?? first)];
  for (const one of open) await one.reply();
  await open[0]?.ask('EHLO a.test');
  await open[0]?.ask('STARTTLS');
  await open[0]?.startTls();
  expect(kinds().length).toBeGreaterThan(before.length);

  await client.close();
  await server.close();
  await lab.close();
  await waiting;
  for (const one of open) await one.ended;
  // What is closed is taken off the list by the event loop, a few turns later.
  for (let turn = 0; turn < 50 && kinds().length > before.length; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  expect(kinds()).toEqual(before);
});

describe('as a process', () => {
  const main = join(import.meta.dirname, '..', 'main.ts');

  // The process ends by itself once nothing is left to wait for: no socket and no timer survives closing.
  test('says when it is ready, serves, and stops on SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'net-mocks-'));
    const file = join(folder, 'configuration.json');
    await writeFile(file, JSON.stringify({ control: { port: 0 }, smtp: [{ name: 'mx' }], token: 't' }));
    const child = spawn(process.execPath, [main, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(child.stdout, 'data');
      const ready = JSON.parse(line.toString());
      expect(ready).toMatchObject({ ready: true, control: { address: '127.0.0.1' } });
      const lab = connectLab(`http://127.0.0.1:${ready.control.port}`, { token: 't' });
      const { servers } = await lab.smtp.servers();
      const [mx] = servers;
      if (mx === undefined) throw new Error('expected a server');
      await lab.smtp.setScript({ name: 'mx', script: [{ stage: 'greeting', delayMs: 600_000 }] });
      const waiting = await connectRaw(mx.endpoint);
      expect(await lab.smtp.waitForSession({ deadlineMs: 10_000 })).toMatchObject({ ending: null });
      const pending = lab.dns.waitForQuery({ deadlineMs: 600_000 }).catch(() => null);
      await lab.dns.zones();
      await lab.close();
      await pending;
      child.kill('SIGTERM');
      await waiting.ended;
    } finally {
      // A second signal could meet the process when it has put its handler away.
      if (!child.killed) child.kill('SIGTERM');
    }
    expect(await once(child, 'exit')).toEqual([0, null]);
    await rm(folder, { recursive: true });
  });

  test('refuses a wrong configuration with a sentence and exit code 3', async () => {
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NET_MOCKS_CONFIG: '{"dns": {"port": 99999}}' },
    });
    const [message] = await once(child.stderr, 'data');
    expect(message.toString()).toBe(
      'net-mocks: configuration.dns.port: expected a whole number from 0 to 65535, got 99999\n',
    );
    expect(await once(child, 'exit')).toEqual([3, null]);
  });
});
