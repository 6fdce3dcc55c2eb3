import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DnsFault, parseFault } from './faults.ts';
import { txtStrings } from './record-data.ts';
import { type DnsServer, type DnsServerSettings, startDnsServer } from './server.ts';
import { parseZone, type Zone } from './zone.ts';

// The independent peer is c-ares (Node's Resolver); raw packets are used where it hides what was answered.

let server: DnsServer;
let resolver: Resolver;

async function start(settings: Partial<DnsServerSettings> = {}): Promise<void> {
  server = await startDnsServer({ address: '127.0.0.1', port: 0, tcp: true, ...settings });
  resolver = new Resolver({ timeout: 400, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.endpoint.port}`]);
}

const publish = (zone: Zone): void => server.zones.publish(parseZone(zone, 'zone'));
const fault = (content: DnsFault): string => server.faults.set(parseFault(content, 'fault'));

beforeEach(() => start());
afterEach(() => server.close());

/** A query as octets, so that spelling, type and EDNS are exactly what the test says. */
function query(
  name: string,
  type: number,
  edns?: { size: number; version?: number; dnssecOk?: boolean },
): Buffer {
  const header = Buffer.from([0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, edns === undefined ? 0 : 1]);
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const tail = Buffer.from([0, type >> 8, type & 255, 0, 1]);
  const opt =
    edns === undefined
      ? Buffer.alloc(0)
      : Buffer.from([
          ...[0, 0, 41, edns.size >> 8, edns.size & 255],
          ...[0, edns.version ?? 0, edns.dnssecOk === true ? 0x80 : 0, 0, 0, 0],
        ]);
  return Buffer.concat([header, ...labels, tail, opt]);
}

async function askUdp(packet: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.send(packet, server.endpoint.port, '127.0.0.1');
    const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5000) });
    return answer;
  } finally {
    socket.close();
  }
}

async function askTcp(packet: Buffer): Promise<Buffer> {
  const socket = connect(server.endpoint.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const framed = Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet]);
  // Octet by octet: the frame must be put together again.
  for (const octet of framed) socket.write(Buffer.from([octet]));
  for (;;) {
    await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
    const all = Buffer.concat(chunks);
    if (all.length >= 2 && all.length >= 2 + all.readUInt16BE(0)) {
      socket.destroy();
      return all.subarray(2);
    }
  }
}

const flagsOf = (answer: Buffer) => ({
  tc: (answer.readUInt16BE(2) & 0x0200) !== 0,
  aa: (answer.readUInt16BE(2) & 0x0400) !== 0,
  rcode: answer.readUInt16BE(2) & 15,
});

describe('records', () => {
  test('A, AAAA, MX, NS, SOA, SRV, CAA, TLSA and PTR arrive as written', async () => {
    publish({
      origin: 'x.test',
      records: [
        { name: 'x.test', type: 'A', data: '127.0.0.9' },
        { name: 'x.test', type: 'AAAA', data: 'fd00::1:9' },
        { name: 'x.test', type: 'MX', data: { preference: 5, exchange: 'mx.x.test' } },
        { name: 'x.test', type: 'NS', data: 'ns.x.test' },
        {
          name: 'x.test',
          type: 'SOA',
          data: {
            mname: 'ns.x.test',
            rname: 'admin.x.test',
            serial: 7,
            refresh: 1,
            retry: 2,
            expire: 3,
            minimum: 4,
          },
        },
        {
          name: '_smtp._tcp.x.test',
          type: 'SRV',
          data: { priority: 1, weight: 2, port: 25, target: 'mx.x.test' },
        },
        { name: 'x.test', type: 'CAA', data: { flags: 128, tag: 'issue', value: 'ca.test' } },
        {
          name: '_25._tcp.mx.x.test',
          type: 'TLSA',
          data: { usage: 3, selector: 1, matchingType: 1, certificate: 'ab'.repeat(32) },
        },
      ],
    });
    publish({
      origin: '113.0.203.in-addr.arpa',
      records: [{ name: '9.113.0.203.in-addr.arpa', type: 'PTR', data: 'mx.x.test' }],
    });
    expect(await resolver.resolve4('x.test', { ttl: true })).toEqual([{ address: '127.0.0.9', ttl: 0 }]);
    expect(await resolver.resolve6('x.test')).toEqual(['fd00::1:9']);
    expect(await resolver.resolveMx('x.test')).toMatchObject([{ exchange: 'mx.x.test', priority: 5 }]);
    expect(await resolver.resolveNs('x.test')).toEqual(['ns.x.test']);
    expect(await resolver.resolveSoa('x.test')).toMatchObject({ nsname: 'ns.x.test', serial: 7, minttl: 4 });
    expect(await resolver.resolveSrv('_smtp._tcp.x.test')).toMatchObject([
      { name: 'mx.x.test', port: 25, priority: 1, weight: 2 },
    ]);
    expect(await resolver.resolveCaa('x.test')).toMatchObject([{ critical: 128, issue: 'ca.test' }]);
    const [tlsa] = await resolver.resolveTlsa('_25._tcp.mx.x.test');
    expect(tlsa).toMatchObject({ certUsage: 3, selector: 1, match: 1 });
    expect(Buffer.from(tlsa?.data ?? new ArrayBuffer(0)).toString('hex')).toBe('ab'.repeat(32));
    expect(await resolver.reverse('203.0.113.9')).toEqual(['mx.x.test']);
  });

  test('a null MX (RFC 7505) points to the root', async () => {
    publish({
      origin: 'x.test',
      records: [{ name: 'x.test', type: 'MX', data: { preference: 0, exchange: '.' } }],
    });
    expect(await resolver.resolveMx('x.test')).toMatchObject([{ exchange: '', priority: 0 }]);
  });

  test('TXT keeps its strings apart, and 5 kB come over TCP after truncation', async () => {
    const key = `v=DKIM1; k=rsa; p=${'A'.repeat(5000)}`;
    publish({
      origin: 'x.test',
      records: [
        { name: 'x.test', type: 'TXT', data: ['v=spf1 ', 'ü -all'] },
        { name: 'long.x.test', type: 'TXT', data: txtStrings(key) },
      ],
    });
    expect(await resolver.resolveTxt('x.test')).toEqual([
      // c-ares gives octets as Latin-1.
      ['v=spf1 ', Buffer.from('ü -all').toString('latin1')],
    ]);
    const [strings] = await resolver.resolveTxt('long.x.test');
    expect(strings?.join('')).toBe(key);
    expect(strings?.every((string) => string.length <= 255)).toBe(true);
    expect(server.queries.since(1).entries.slice(1)).toMatchObject([
      { transport: 'udp', outcome: 'truncated' },
      { transport: 'tcp', outcome: 'answered' },
    ]);
  });

  test('a record of an unknown type, and a broken one of a known type, are sent octet for octet', async () => {
    publish({
      origin: 'x.test',
      records: [
        { name: 'x.test', type: 'TYPE65280', raw: { hex: 'deadbeef00' } },
        { name: 'x.test', type: 'TXT', raw: { hex: 'ff41' } },
      ],
    });
    const unknown = decode(await askUdp(query('x.test', 65280)));
    expect(unknown.answers).toMatchObject([
      { type: 'UNKNOWN_65280', data: Buffer.from('deadbeef00', 'hex') },
    ]);
    const broken = await askUdp(query('x.test', 16));
    expect(broken.subarray(-4).toString('hex')).toBe('0002ff41');
  });

  test('a wildcard answers for names that do not exist, not for those that do', async () => {
    publish({
      origin: 'x.test',
      records: [
        { name: '*.bl.x.test', type: 'A', data: '127.0.0.2' },
        { name: 'a.b.bl.x.test', type: 'TXT', data: 'here' },
      ],
    });
    expect(await resolver.resolve4('1.2.3.4.bl.x.test')).toEqual(['127.0.0.2']);
    await expect(resolver.resolve4('b.bl.x.test')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('c.b.bl.x.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('names', () => {
  test('the spelling of the question comes back in question and answer (0x20)', async () => {
    publish({ origin: 'x.test', records: [{ name: 'mx.x.test', type: 'A', data: '127.0.0.1' }] });
    const answer = decode(await askUdp(query('mX.x.TeSt', 1)));
    expect(answer.questions).toMatchObject([{ name: 'mX.x.TeSt' }]);
    expect(answer.answers).toMatchObject([{ name: 'mX.x.TeSt', data: '127.0.0.1' }]);
  });

  test('a dot inside a label is not a separator', async () => {
    publish({ origin: 'x.test', records: [{ name: 'a.b.x.test', type: 'A', data: '127.0.0.1' }] });
    const odd = Buffer.concat([
      query('x.test', 1).subarray(0, 12),
      Buffer.from('\x03a.b\x01x\x04test\0\0\x01\0\x01'),
    ]);
    expect(flagsOf(await askUdp(odd)).rcode).toBe(3);
    expect(server.queries.since(1).entries).toMatchObject([{ name: 'a\\.b.x.test', rcode: 'NXDOMAIN' }]);
  });

  test('CNAMEs are followed across zones; their owner and target keep their spelling', async () => {
    publish({ origin: 'x.test', records: [{ name: 'www.x.test', type: 'CNAME', data: 'Web.y.test' }] });
    publish({ origin: 'y.test', records: [{ name: 'web.y.test', type: 'A', data: '127.0.0.7' }] });
    expect(await resolver.resolve4('www.x.test')).toEqual(['127.0.0.7']);
    const answer = decode(await askUdp(query('www.x.test', 1)));
    expect(answer.answers?.map((record) => [record.name, record.type])).toEqual([
      ['www.x.test', 'CNAME'],
      ['Web.y.test', 'A'],
    ]);
  });

  test('a CNAME to nowhere is NXDOMAIN (RFC 6604), a loop is SERVFAIL, and CNAME itself can be asked', async () => {
    publish({
      origin: 'x.test',
      records: [
        { name: 'lost.x.test', type: 'CNAME', data: 'nowhere.x.test' },
        { name: 'a.x.test', type: 'CNAME', data: 'b.x.test' },
        { name: 'b.x.test', type: 'CNAME', data: 'a.x.test' },
      ],
    });
    await expect(resolver.resolve4('lost.x.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('a.x.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(await resolver.resolveCname('a.x.test')).toEqual(['b.x.test']);
  });

  test('NXDOMAIN and NODATA differ and carry the SOA', async () => {
    publish({ origin: 'x.test', records: [{ name: 'a.b.x.test', type: 'A', data: '127.0.0.1' }] });
    for (const [name, rcode] of [
      ['no.x.test', 3],
      ['a.b.x.test', 0],
      ['b.x.test', 0],
    ] as const) {
      const bytes = await askUdp(query(name, 15));
      expect(flagsOf(bytes)).toEqual({ tc: false, aa: true, rcode });
      expect(decode(bytes).authorities).toMatchObject([{ type: 'SOA', name: 'x.test' }]);
    }
  });

  test('everything unpublished is NXDOMAIN, but names above a zone exist', async () => {
    publish({ origin: 'x.test', records: [] });
    await expect(resolver.resolve4('example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('test')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.reverse('192.0.2.1')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('publishing again replaces the zone; withdrawing removes it', async () => {
    publish({ origin: 'x.test', records: [{ name: 'x.test', type: 'A', data: '127.0.0.1' }] });
    publish({ origin: 'X.test.', records: [{ name: 'x.test', type: 'A', data: '127.0.0.2' }] });
    expect(await resolver.resolve4('x.test')).toEqual(['127.0.0.2']);
    expect(server.zones.withdraw('x.TEST')).toBe(true);
    await expect(resolver.resolve4('x.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('EDNS and sizes', () => {
  beforeEach(() => {
    publish({
      origin: 'x.test',
      records: [{ name: 'x.test', type: 'TXT', data: ['a'.repeat(250), 'b'.repeat(250), 'c'.repeat(250)] }],
    });
  });

  test('without EDNS 512 octets are the limit, with it what the client says', async () => {
    expect(flagsOf(await askUdp(query('x.test', 16)))).toMatchObject({ tc: true });
    expect(flagsOf(await askUdp(query('x.test', 16, { size: 1232 })))).toMatchObject({ tc: false });
    expect(flagsOf(await askTcp(query('x.test', 16)))).toMatchObject({ tc: false });
  });

  test('OPT is answered with OPT, DNSSEC OK is repeated, and the log holds it', async () => {
    const answer = decode(await askUdp(query('x.test', 16, { size: 1400, dnssecOk: true })));
    expect(answer.additionals).toMatchObject([{ type: 'OPT', flag_do: true }]);
    expect(server.queries.since(1).entries[0]?.edns).toEqual({
      version: 0,
      udpPayloadSize: 1400,
      dnssecOk: true,
    });
    expect(decode(await askUdp(query('x.test', 1))).additionals).toEqual([]);
  });

  test('an EDNS version from the future gets BADVERS', async () => {
    const answer = decode(await askUdp(query('x.test', 16, { size: 1232, version: 1 })));
    expect(answer.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }]);
    expect(answer.answers).toEqual([]);
  });
});

describe('faults', () => {
  beforeEach(() => {
    publish({
      origin: 'x.test',
      records: [
        { name: 'x.test', type: 'A', data: '127.0.0.1' },
        { name: 'x.test', type: 'TXT', data: 'text' },
        { name: 'a.x.test', type: 'A', data: '127.0.0.2' },
        { name: 'alias.x.test', type: 'CNAME', data: 'x.test' },
      ],
    });
  });

  test.each([
    ['servfail', 'ESERVFAIL'],
    ['refused', 'EREFUSED'],
    ['formerr', 'EFORMERR'],
    ['notimp', 'ENOTIMP'],
    ['nxdomain', 'ENOTFOUND'],
    ['nodata', 'ENODATA'],
    ['drop', 'ETIMEOUT'],
    ['wrong-id', 'ETIMEOUT'],
  ] as const)('%s is seen by the resolver as %s', async (effect, code) => {
    fault({ name: 'X.test', type: 'A', effect });
    await expect(resolver.resolve4('x.test')).rejects.toMatchObject({ code });
    expect(await resolver.resolveTxt('x.test')).toEqual([['text']]);
    expect(await resolver.resolve4('a.x.test')).toEqual(['127.0.0.2']);
  });

  test('garbage is not a DNS message', async () => {
    fault({ name: 'x.test', effect: 'garbage' });
    expect((await askUdp(query('x.test', 1))).toString()).toBe('this is not a DNS message\n');
  });

  test('a truncated answer is repeated over TCP', async () => {
    fault({ name: 'x.test', effect: 'truncate' });
    expect(await resolver.resolve4('x.test')).toEqual(['127.0.0.1']);
    expect(server.queries.since(1).entries.map((entry) => [entry.transport, entry.outcome])).toEqual([
      ['udp', 'truncated'],
      ['tcp', 'answered'],
    ]);
  });

  test.each(['drop', 'reset'] as const)('a truncated answer whose TCP does %s fails', async (tcp) => {
    fault({ name: 'x.test', effect: 'truncate', tcp });
    await expect(resolver.resolve4('x.test')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    expect(server.queries.since(1).entries).toMatchObject([
      { transport: 'udp', outcome: 'truncated' },
      { transport: 'tcp', outcome: tcp === 'drop' ? 'dropped' : 'reset' },
    ]);
  });

  test('without any TCP a truncated answer fails', async () => {
    await server.close();
    await start({ tcp: false });
    publish({ origin: 'x.test', records: [{ name: 'x.test', type: 'A', data: '127.0.0.1' }] });
    fault({ name: 'x.test', effect: 'truncate' });
    await expect(resolver.resolve4('x.test')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a delayed answer comes, and not before its time', async () => {
    fault({ name: 'x.test', effect: 'delay', delayMs: 120 });
    const before = performance.now();
    expect(await resolver.resolve4('x.test')).toEqual(['127.0.0.1']);
    expect(performance.now() - before).toBeGreaterThanOrEqual(118);
  });

  test('a fault hits as often as it says, on its transport, in its subtree, until cleared', async () => {
    const id = fault({ name: 'x.test', effect: 'servfail', times: 1 });
    await expect(resolver.resolve4('x.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    expect(await resolver.resolve4('x.test')).toEqual(['127.0.0.1']);
    expect(server.faults.clear(id)).toBe(true);

    fault({ id: 'tree', name: 'test', subtree: true, transport: 'udp', effect: 'refused' });
    expect(flagsOf(await askUdp(query('a.x.test', 1))).rcode).toBe(5);
    expect(flagsOf(await askTcp(query('a.x.test', 1))).rcode).toBe(0);
    expect(server.queries.since(1).entries.map((entry) => entry.fault)).toEqual([id, null, 'tree', null]);
    server.faults.clear('tree');
    expect(flagsOf(await askUdp(query('a.x.test', 1))).rcode).toBe(0);
  });

  test('a fault of the target of a CNAME shows through the alias', async () => {
    fault({ name: 'x.test', type: 'A', effect: 'servfail' });
    await expect(resolver.resolve4('alias.x.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });
});

describe('the query log', () => {
  test('says who asked what over which transport and what was answered', async () => {
    publish({ origin: 'x.test', records: [{ name: 'x.test', type: 'A', ttl: 60, data: '127.0.0.1' }] });
    await askUdp(query('X.test', 1));
    await askTcp(query('no.test', 15));
    expect(server.queries.since(1)).toMatchObject({
      next: 3,
      entries: [
        {
          seq: 1,
          source: { address: '127.0.0.1', port: expect.any(Number) },
          transport: 'udp',
          name: 'X.test',
          type: 'A',
          rcode: 'NOERROR',
          answers: [{ name: 'X.test', type: 'A', ttl: 60, rdata: '7f000001' }],
        },
        { seq: 2, transport: 'tcp', name: 'no.test', type: 'MX', rcode: 'NXDOMAIN', answers: [] },
      ],
    });
  });

  test.each([
    ['a short packet', Buffer.from('abc'), 'shorter than a header'],
    ['a response', Buffer.from([0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0]), 'a response, not a query'],
  ])('%s is logged and not answered', async (_what, packet, reason) => {
    const logged = server.queries.wait(() => true, { deadlineMs: 5000 });
    const socket = createSocket('udp4');
    socket.send(packet, server.endpoint.port, '127.0.0.1');
    expect(await logged).toMatchObject({ type: reason, outcome: 'dropped' });
    socket.close();
  });

  test.each([
    ['no question', Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1],
    ['a cut name', Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9, 65]), 1],
    ['a NOTIFY', Buffer.from([0, 1, 0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1]), 4],
  ])('%s gets an error code', async (_what, packet, rcode) => {
    expect(flagsOf(await askUdp(packet)).rcode).toBe(rcode);
  });

  test('zone transfers and other classes are refused', async () => {
    publish({ origin: 'x.test', records: [] });
    expect(flagsOf(await askTcp(query('x.test', 252))).rcode).toBe(5);
    const chaos = query('version.bind', 16);
    chaos[chaos.length - 1] = 3;
    expect(flagsOf(await askUdp(chaos)).rcode).toBe(5);
  });
});

test('closing ends a delayed answer and an open TCP connection', async () => {
  publish({ origin: 'x.test', records: [{ name: 'x.test', type: 'A', data: '127.0.0.1' }] });
  fault({ name: 'x.test', effect: 'delay', delayMs: 60_000 });
  const idle = connect(server.endpoint.port, '127.0.0.1');
  await once(idle, 'connect');
  const packet = query('x.test', 1);
  idle.write(Buffer.concat([Buffer.from([0, packet.length]), packet]));
  const closed = new Promise((resolve) => {
    idle.on('close', resolve);
    idle.on('error', () => {
      // Destroyed with unread octets: a reset is as good an end as any.
    });
    idle.resume();
  });
  await server.close();
  await closed;
  await start();
});
