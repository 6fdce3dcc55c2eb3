import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectLab, controlCalls } from '../control/client.ts';
import { type ControlTrust, certificateWith } from '../control/trust.ts';
import type { Lab } from '../lab/lab.ts';
import { connectThroughRelay } from '../relay/client.ts';
import { connectRaw } from '../smtp/client.testing.ts';
import type { SmtpRule } from '../smtp/rules.ts';
import { newControlCertificate } from './kept.ts';
import { type OpenedRun, type OpenLab, startOpenLab } from './open-lab.ts';
import type { KeyPair, OpenLabOptions } from './options.ts';

const TOKEN = 'the-token-of-the-operator';
const ZONE = 'probe.example.org';
const [SHARED, SECOND] = ['127.77.0.1', '127.77.1.1'];

let certificate: KeyPair;
let open: OpenLab;
let url: string;
let trust: ControlTrust;
let ends: (() => Promise<void>)[];

beforeAll(async () => {
  certificate = await newControlCertificate(['lab.example.org']);
});
beforeEach(() => start());
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  await open.close();
});

async function start(more: Partial<OpenLabOptions> = {}): Promise<void> {
  ends = [];
  open = await startOpenLab({
    zone: ZONE,
    nameServers: [`ns.${ZONE}`],
    addresses: [SHARED, SECOND],
    control: { address: SHARED, port: 0 },
    token: TOKEN,
    certificate,
    ports: { dns: 0, smtp: 0, web: 0 },
    allow: ['127.0.0.0/8'],
    ...more,
  });
  url = `https://${SHARED}:${open.control.port}`;
  const { fingerprint256 } = new X509Certificate(certificate.chain);
  trust = await certificateWith(url, fingerprint256);
}

interface Run extends OpenedRun {
  readonly lab: Lab;
  call(path: string): Promise<unknown>;
}

async function openRun(targets: { address: string; port: number }[] = []): Promise<Run> {
  const operator = controlCalls(url, { token: TOKEN, trust });
  const opened = await operator.call<OpenedRun>('/runs/open', { targets }).finally(() => operator.close());
  const lab = connectLab(url, { token: opened.token, trust });
  const calls = controlCalls(url, { token: opened.token, trust });
  ends.push(async () => {
    calls.close();
    await lab.close();
  });
  return { ...opened, lab, call: (path) => calls.call(path) };
}

function resolver(): Resolver {
  const made = new Resolver({ timeout: 2_000, tries: 1 });
  made.setServers([`${open.dns.address}:${open.dns.port}`]);
  return made;
}

async function publishDomain({ lab, zone, sink }: Run, label = 'sink'): Promise<string> {
  const domain = `${label}.${zone}`;
  await lab.dns.publish({
    zones: [
      {
        origin: domain,
        records: [{ name: domain, type: 'MX', data: { preference: 10, exchange: sink.hostname } }],
      },
    ],
  });
  return domain;
}

async function offer(to: string, content = 'Subject: hello\r\n\r\nhello\r\n'): Promise<string> {
  const client = await connectRaw(open.smtp);
  await client.reply();
  await client.ask('EHLO client.test');
  await client.ask('MAIL FROM:<>');
  const told = await client.ask(`RCPT TO:<${to}>`);
  if (!told.startsWith('250')) {
    client.close();
    return told;
  }
  await client.ask('DATA');
  const ended = await client.ask(`${content}.`);
  client.close();
  return ended;
}

/** A query for the address of a name, with so many additional records, of which `more` are the octets. */
function questionOf(name: string, { records, more }: { records: number; more: string }): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  const header = Buffer.from('000001000001000000000000', 'hex');
  header.writeUInt16BE(records, 10);
  return Buffer.concat([header, ...labels, Buffer.from('0000010001', 'hex'), Buffer.from(more, 'hex')]);
}

/** What the name server says to these octets over UDP. */
async function answerTo(packet: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    const answered = once(socket, 'message');
    socket.send(packet, open.dns.port, SHARED);
    const [reply] = await answered;
    return reply;
  } finally {
    socket.close();
  }
}

describe('a run', () => {
  test('has names, mail and policy hosts of its own beneath the zone', async () => {
    const run = await openRun();
    const domain = await publishDomain(run);
    expect(await resolver().resolveMx(domain)).toMatchObject([{ priority: 10, exchange: `mx.${ZONE}` }]);
    expect(await resolver().resolve4(`mx.${ZONE}`)).toEqual([SHARED]);
    expect(await run.lab.dns.queries({ name: domain })).toMatchObject({ entries: [{ name: domain }] });
    expect(await offer(`anybody@${domain}`)).toMatch(/^250/);
    const found = await run.lab.smtp.waitForMessage({ recipient: 'anybody', deadlineMs: 5_000 });
    expect(found).toMatchObject({ server: 'sink', envelope: { to: [{ address: `anybody@${domain}` }] } });
    const { entries } = await run.lab.smtp.sessions({ server: 'sink' });
    expect(entries).toHaveLength(1);

    const host = `mta-sts.${domain}`;
    await run.lab.web.publish({ hosts: [{ host, policy: 'version: STSv1\n' }] });
    const socket = connectTls({
      host: open.web.address,
      port: open.web.port,
      servername: host,
      ca: await open.authority(),
    });
    await once(socket, 'secureConnect');
    socket.destroy();
  });

  test('has receivers that follow a script: at the address of all, and at an own one', async () => {
    const run = await openRun();
    const script: SmtpRule[] = [{ stage: 'RCPT', reply: { code: 450, lines: ['4.2.0 Later'] } }];
    for (const address of [SHARED, SECOND] as const) {
      const domain = `rx-${address.replaceAll('.', '-')}.${run.zone}`;
      await run.lab.smtp.open({
        name: domain,
        address,
        port: run.sink.port,
        hostname: `mx.${domain}`,
        script,
      });
      await run.lab.dns.publish({
        zones: [
          {
            origin: domain,
            records: [
              { name: domain, type: 'MX', data: { preference: 10, exchange: `mx.${domain}` } },
              { name: `mx.${domain}`, type: 'A', data: address },
            ],
          },
        ],
      });
      const client = await connectRaw({ address, port: run.sink.port });
      await client.reply();
      await client.ask('EHLO client.test');
      await client.ask('MAIL FROM:<>');
      expect(await client.ask(`RCPT TO:<x@${domain}>`)).toMatch(/^450/);
      expect((await run.lab.smtp.sessions({ server: domain })).entries).toHaveLength(1);
    }
  });
});

/** A server of somebody else, which counts who comes. */
async function stranger(): Promise<{ server: Server; port: number; callers: string[] }> {
  const callers: string[] = [];
  const server = createServer((socket) => {
    callers.push(socket.remoteAddress ?? '');
    socket.on('error', () => undefined);
    socket.end('220 here\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.close();
    await once(server, 'close');
  });
  const bound = server.address();
  return { server, callers, port: typeof bound === 'object' && bound ? bound.port : 0 };
}

const relayOf = () => ({ address: SHARED, port: open.control.port });

describe('what it gives to nobody', () => {
  test('a connection to anything but what the run has declared', async () => {
    const [target, other] = [await stranger(), await stranger()];
    await open.close();
    await start({ targetPorts: [target.port, other.port] });
    const run = await openRun([{ address: '127.0.0.1', port: target.port }]);
    const security = { token: run.token, trust };
    const through = (port: number, from: string, token = run.token) =>
      connectThroughRelay(relayOf(), { address: '127.0.0.1', port }, undefined, from, { ...security, token });
    const socket = await through(target.port, SECOND);
    const [greeting] = await once(socket, 'data');
    expect(String(greeting)).toContain('220');
    socket.destroy();
    expect(target.callers).toEqual([SECOND]);
    await expect(through(other.port, SECOND)).rejects.toMatchObject({ status: 403 });
    await expect(through(target.port, '127.0.0.1')).rejects.toMatchObject({ status: 403 });
    await expect(through(target.port, SECOND, TOKEN)).rejects.toThrow();
    await expect(through(target.port, SECOND, 'x'.repeat(64))).rejects.toThrow();
    await expect(
      run.lab.mitm.open({
        name: 'm',
        address: '127.0.0.1',
        protocol: 'smtp',
        upstream: { address: '127.0.0.1', port: other.port },
      }),
    ).rejects.toThrow('expected a target that the run has declared');
    await expect(run.lab.relays.list()).rejects.toMatchObject({ status: 404 });
    await expect(run.lab.reset()).rejects.toMatchObject({ status: 404 });
    expect(other.callers).toEqual([]);
  });

  test('a target that is not on the Internet, or at a port that is none of mail', async () => {
    await open.close();
    await start({ allow: [] });
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '192.168.1.1',
      '169.254.169.254',
      '::1',
      '::ffff:10.0.0.1',
      SHARED,
    ])
      await expect(openRun([{ address, port: 25 }])).rejects.toThrow(
        'is no address of a server on the Internet',
      );
    await expect(openRun([{ address: '203.0.113.7', port: 22 }])).rejects.toThrow('expected a port of mail');
    await expect(openRun([{ address: '203.0.113.7', port: 25 }])).resolves.toBeDefined();
  });

  test('mail for others, for nobody, or for two runs in one session', async () => {
    const [one, other] = [await openRun(), await openRun()];
    const [mine, theirs] = [await publishDomain(one), await publishDomain(other)];
    expect(await offer('victim@example.com')).toMatch(/^550 5\.7\.1/);
    expect(await offer(`postmaster@${ZONE}`)).toMatch(/^550/);
    expect(await offer(`x@r0123456789abcdef.${ZONE}`)).toMatch(/^550/);
    expect(await offer(`x@unpublished.${one.zone}`)).toMatch(/^550/);
    expect(await offer('nobody')).toMatch(/^5/);
    expect(await offer(`@${mine}:victim@example.com`)).toMatch(/^550/);
    expect(await offer(`victim%example.com@[${SHARED}]`)).toMatch(/^550/);
    const client = await connectRaw(open.smtp);
    await client.reply();
    await client.ask('EHLO client.test');
    await client.ask('MAIL FROM:<>');
    expect(await client.ask(`RCPT TO:<a@${mine}>`)).toMatch(/^250/);
    expect(await client.ask(`RCPT TO:<b@${theirs}>`)).toMatch(/^451 4\.5\.3/);
    client.close();
    expect((await other.lab.smtp.sessions()).entries).toEqual([]);
    expect((await other.lab.smtp.messages()).entries).toEqual([]);
    expect((await one.lab.smtp.messages()).entries).toEqual([]);
  });

  test('a receiver of its own takes nothing for others either, whatever its script says', async () => {
    const run = await openRun();
    await run.lab.smtp.open({
      name: 'all',
      address: SECOND,
      port: run.sink.port,
      hostname: `mx.${run.zone}`,
      script: [{ stage: 'RCPT', reply: { code: 250, lines: ['2.1.5 Everybody'] } }],
    });
    const client = await connectRaw({ address: SECOND, port: run.sink.port });
    await client.reply();
    await client.ask('EHLO client.test');
    await client.ask('MAIL FROM:<>');
    expect(await client.ask('RCPT TO:<victim@example.com>')).toMatch(/^550 5\.7\.1/);
    client.close();
  });

  test('what another run has, to a run', async () => {
    const [one, other] = [await openRun(), await openRun()];
    const theirs = await publishDomain(other);
    await resolver().resolveMx(theirs);
    await offer(`x@${theirs}`);
    const { lab } = one;
    expect((await lab.dns.zones()).origins).toEqual([one.zone]);
    expect((await lab.dns.queries()).entries).toEqual([]);
    expect((await lab.smtp.messages()).entries).toEqual([]);
    expect((await lab.smtp.servers()).servers).toMatchObject([{ name: 'sink' }]);
    const records = [{ name: theirs, type: 'TXT', data: 'stolen' }];
    await expect(lab.dns.publish({ zones: [{ origin: theirs, records }] })).rejects.toThrow(
      'expected a name in',
    );
    await expect(lab.dns.publish({ zones: [{ origin: ZONE, records: [] }] })).rejects.toThrow(
      'expected a name in',
    );
    await expect(lab.dns.publish({ zones: [{ origin: '.', records: [] }] })).rejects.toThrow(
      'expected a name in',
    );
    await expect(lab.dns.withdraw({ origins: [theirs] })).rejects.toThrow('expected a name in');
    await expect(
      lab.dns.setFaults({ faults: [{ name: ZONE, subtree: true, effect: 'servfail' }] }),
    ).rejects.toThrow('expected a name in');
    await expect(lab.web.publish({ hosts: [{ host: `mta-sts.${theirs}` }] })).rejects.toThrow(
      'expected a name in',
    );
    await expect(lab.certificates.issue({ names: ['www.example.org'] })).rejects.toThrow(
      'expected a name in',
    );
    expect(await resolver().resolveMx(theirs)).toMatchObject([{ priority: 10, exchange: `mx.${ZONE}` }]);
  });

  test('a word to whoever has no token, and soon no answer at all', async () => {
    const asked = async (authorization: string) => {
      const socket = connectTls({ host: SHARED, port: open.control.port, rejectUnauthorized: false });
      const heard: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => heard.push(chunk));
      socket.on('error', () => undefined);
      await once(socket, 'secureConnect');
      socket.write(`GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
      await once(socket, 'close');
      return Buffer.concat(heard).toString('latin1');
    };
    const first = await asked('Bearer wrong');
    expect(first).toMatch(/^HTTP\/1\.1 401 /);
    expect(first.split('\r\n\r\n')[1]).toBe('');
    for (let times = 1; times < 10; times += 1) await asked('Bearer wrong');
    expect(await asked('Bearer wrong')).toBe('');
    // Who has one is not kept out by that.
    await expect(openRun()).resolves.toBeDefined();
  });

  test('a wrong certificate is noticed before a token is sent', async () => {
    const other = await newControlCertificate(['lab.example.org']);
    const { fingerprint256 } = new X509Certificate(other.chain);
    await expect(certificateWith(url, fingerprint256)).rejects.toThrow('expected the certificate');
    const calls = controlCalls(url, { token: TOKEN, trust: { certificate: other.chain, pinned: true } });
    await expect(calls.call('/runs/open', { targets: [] })).rejects.toThrow();
    calls.close();
  });

  test('an answer about names of others', async () => {
    for (const name of ['example.com', 'org', 'example.org'])
      await expect(resolver().resolve4(name)).rejects.toMatchObject({ code: 'EREFUSED' });
    await expect(resolver().resolve4(`nothing.${ZONE}`)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('what it loses', () => {
  test('nothing by garbage on any of its ports', async () => {
    const run = await openRun();
    const domain = await publishDomain(run);
    const garbage = Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 37) % 256));
    for (const at of [open.smtp, open.web, open.dns, open.control]) {
      const client = await connectRaw(at);
      client.send(garbage);
      client.socket.end();
      await client.ended;
    }
    const udp = createSocket('udp4');
    for (let length = 0; length < 40; length += 1)
      await new Promise((resolve) => udp.send(garbage.subarray(0, length), open.dns.port, SHARED, resolve));
    udp.close();
    expect(await resolver().resolveMx(domain)).toHaveLength(1);
    expect(await offer(`x@${domain}`)).toMatch(/^250/);
  });

  test('nothing by what a run publishes that cannot be read, said or had', async () => {
    const run = await openRun();
    const domain = await publishDomain(run);
    const alias = `alias.${run.zone}`;
    await run.lab.dns.publish({
      zones: [{ origin: alias, records: [{ name: alias, type: 'CNAME', raw: { hex: 'ff' } }] }],
    });
    await run.lab.web.publish({
      hosts: [{ host: `www.${run.zone}`, routes: [{ path: '/', redirect: '\u0100' }] }],
    });
    await run.lab.smtp.open({
      name: 'own',
      address: SECOND,
      port: open.smtp.port,
      hostname: `own.${run.zone}`,
      tls: { ciphers: 'NOPE' },
    });
    expect(await answerTo(questionOf(alias, { records: 1, more: '000029ffff000080000000' }))).toBeDefined();
    await run.lab.web.fetch({ host: `www.${run.zone}`, path: '/' }).catch(() => undefined);
    const client = await connectRaw({ address: SECOND, port: open.smtp.port });
    await client.reply();
    await client.ask('EHLO client.test');
    await client.ask('STARTTLS');
    client.send(Buffer.from('160301000100', 'hex'));
    await client.ended;
    expect(await resolver().resolveMx(domain)).toHaveLength(1);
    expect(await offer(`x@${domain}`)).toMatch(/^250/);
  });

  test('no time to a query that says it has more records than a query can have', async () => {
    const reply = await answerTo(questionOf(ZONE, { records: 0xffff, more: '000010000100000000' }));
    expect(reply.readUInt16BE(2) & 0xf).toBe(1);
  });

  test('no memory by a flood: of mail, of octets, of names, of runs', async () => {
    await open.close();
    await start({ limits: { octets: 4_000, connectionOctets: 20_000, published: 3, runs: 2 } });
    const run = await openRun();
    const domain = await publishDomain(run);
    const line = `${'x'.repeat(70)}\r\n`;
    expect(await offer(`x@${domain}`, `\r\n${line.repeat(60)}`)).toMatch(/^250/);
    expect(await offer(`x@${domain}`)).toMatch(/^452 4\.2\.2/);
    expect((await run.lab.smtp.messages()).entries).toHaveLength(1);

    const client = await connectRaw(open.smtp);
    await client.reply();
    await client.ask('EHLO client.test');
    client.send('BDAT 999999999\r\n');
    client.send(Buffer.alloc(30_000, 'x'));
    await client.ended;

    await publishDomain(run, 'two');
    await publishDomain(run, 'three');
    await expect(publishDomain(run, 'four')).rejects.toThrow('a run may have 3 of these');
    await run.lab.dns.withdraw({ origins: [`two.${run.zone}`] });
    await publishDomain(run, 'four');
    const second = await openRun();
    await expect(openRun()).rejects.toThrow('as many runs are there as may be');
    await second.call('/runs/close');
    await expect(openRun()).resolves.toBeDefined();
  });

  test('no place to a client that keeps connections, and none to one that floods queries', async () => {
    await open.close();
    await start({ limits: { connectionsOfOne: 3, queriesPerSecond: 5 } });
    const kept = await Promise.all([1, 2, 3].map(() => connectRaw(open.smtp, '127.5.5.5')));
    await Promise.all(kept.map((client) => client.reply()));
    const fourth = await connectRaw(open.smtp, '127.5.5.5');
    await expect(fourth.reply()).rejects.toThrow('the connection ended');
    const elsewhere = await connectRaw(open.smtp, '127.6.6.6');
    expect(await elsewhere.reply()).toMatch(/^220/);
    for (const client of [...kept, elsewhere]) client.close();

    // Above its rate a network gets the hint to come over TCP, where no address can be forged.
    const run = await openRun();
    const domain = await publishDomain(run);
    const asked = await Promise.all(Array.from({ length: 20 }, () => resolver().resolveMx(domain)));
    expect(asked).toHaveLength(20);
    const { entries } = await run.lab.dns.queries({ name: domain });
    expect(entries.filter(({ transport }) => transport === 'tcp').length).toBeGreaterThan(0);
  });

  test('nothing where a target resets the connection of a client', async () => {
    const resetting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(
      0,
      '127.0.0.1',
    );
    await once(resetting, 'listening');
    ends.push(async () => void resetting.close());
    const bound = resetting.address();
    const target = { address: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 };
    await open.close();
    await start({ targetPorts: [target.port] });
    const run = await openRun([target]);
    const socket = await connectThroughRelay(relayOf(), target, undefined, SECOND, {
      token: run.token,
      trust,
    });
    socket.on('error', () => undefined);
    socket.resume().write('QUIT');
    await once(socket, 'close');
    await expect(run.lab.dns.zones()).resolves.toEqual({ origins: [run.zone] });
    resetting.close();
  });

  test('a run that vanished, with all its names and its token', async () => {
    await open.close();
    await start({ limits: { idleMs: 1_500 } });
    const run = await openRun();
    const domain = await publishDomain(run);
    await expect(resolver().resolveMx(domain)).resolves.toHaveLength(1);
    await expect
      .poll(
        () =>
          resolver()
            .resolveMx(domain)
            .then(
              () => 'there',
              ({ code }) => code,
            ),
        { timeout: 20_000 },
      )
      .toBe('ENOTFOUND');
    await expect(run.lab.dns.zones()).rejects.toMatchObject({ status: 401 });
    expect(await offer(`x@${domain}`)).toMatch(/^550/);
  });
});
