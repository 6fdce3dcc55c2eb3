import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TlsOptions as ServerOptions } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { line } from './bytes.ts';
import { CIPHER_SUITES, olderSuites, TLS13_SUITES } from './cipher-suites.ts';
import { type ClientHelloOptions, clientHello } from './client-hello.ts';
import { type HelloAnswer, probeHello, probeSslv2 } from './client-hello-probe.ts';
import { SSLV2_CIPHERS, sslv2ClientHello } from './client-hello-sslv2.ts';
import { type Connection, openConnection } from './connection.ts';
import {
  connectTo,
  type Script,
  type ScriptedPeer,
  startScriptedServer,
  testCertificate,
} from './scripted-server.testing.ts';
import { COMPRESSION, EXTENSION, TLS_VERSIONS, type TlsVersion } from './tls-numbers.ts';

const forever = () => new Promise<void>(() => {});
const numbers = (suites: readonly { number: number }[]) => suites.map(({ number }) => number);
const ALL_OLDER = numbers(olderSuites(() => true));

async function onConnection<T>(endpoint: Endpoint, body: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openConnection({
    endpoint,
    role: 'test',
    number: 1,
    replyMs: 5_000,
    recorder: createRecorder(),
  });
  try {
    return await body(connection);
  } finally {
    connection.close();
  }
}

/** A TLS server of this machine's OpenSSL: what the probe says about it can be compared with what it says itself. */
async function startTlsServer(
  options: ServerOptions,
): Promise<{ readonly endpoint: Endpoint } & AsyncDisposable> {
  const server = createServer({ minVersion: 'TLSv1', ...options });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

const probe = (server: { readonly endpoint: Endpoint }, options: ClientHelloOptions) =>
  onConnection(server.endpoint, (connection) => probeHello(connection, options));

describe('probe against a real TLS library', () => {
  const certificates = { EC: { key: '', cert: '' }, RSA: { key: '', cert: '' } };
  beforeAll(async () => {
    certificates.EC = await testCertificate('EC');
    certificates.RSA = await testCertificate('RSA');
  });
  const permissive = { ciphers: 'ALL:COMPLEMENTOFALL:@SECLEVEL=0', dhparam: 'auto' };

  const served: TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
  test.each(served)(
    'a server of %s alone: that version is found, every other one is refused',
    async (version) => {
      if (version === 'SSLv3') throw new Error('Not served by OpenSSL.');
      await using server = await startTlsServer({
        ...certificates.RSA,
        ...permissive,
        minVersion: version,
        maxVersion: version,
      });
      for (const offered of Object.keys(TLS_VERSIONS) as TlsVersion[]) {
        const cipherSuites = offered === 'TLSv1.3' ? numbers(TLS13_SUITES) : ALL_OLDER;
        const answer = await probe(server, { version: offered, cipherSuites });
        const lower = TLS_VERSIONS[offered] > TLS_VERSIONS[version] && offered !== 'TLSv1.3';
        if (offered === version || lower) {
          expect(answer, offered).toMatchObject({ kind: 'server-hello', version });
        } else {
          expect(answer, offered).toMatchObject({ kind: 'alert', level: 'fatal' });
          // SSL 3.0 has no alert of that name, and from TLS 1.3 alone an old server shares no suite.
          if (offered !== 'TLSv1.3' && offered !== 'SSLv3')
            expect(answer).toMatchObject({ description: 'protocol_version' });
        }
      }
      const sslv2 = await onConnection(server.endpoint, (connection) => probeSslv2(connection));
      expect(['alert', 'closed']).toContain(sslv2.kind);
    },
  );

  test.each(['EC', 'RSA'] as const)(
    'with an %s certificate, exactly the suites that the library can negotiate are found, one by one',
    async (family) => {
      await using server = await startTlsServer({
        ...certificates[family],
        ...permissive,
        maxVersion: 'TLSv1.2',
      });
      // The library's own client, each time without the suites that were negotiated before.
      const negotiated = new Map<string, string>();
      for (let refused = false; !refused; ) {
        const socket = connect({
          port: server.endpoint.port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.2',
          ciphers: [
            'ALL',
            'COMPLEMENTOFALL',
            ...[...negotiated.keys()].map((name) => `!${name}`),
            '@SECLEVEL=0',
          ].join(':'),
        });
        await once(socket, 'secureConnect').then(
          () => negotiated.set(socket.getCipher().name, socket.getCipher().standardName),
          () => {
            refused = true;
          },
        );
        socket.destroy();
      }
      const found: string[] = [];
      for (const suite of CIPHER_SUITES.filter(({ tls13 }) => !tls13)) {
        const answer = await probe(server, { version: 'TLSv1.2', cipherSuites: [suite.number] });
        if (answer.kind === 'server-hello') {
          expect(answer.suite).toBe(suite);
          found.push(suite.name);
        } else {
          expect(answer).toMatchObject({ kind: 'alert', description: 'handshake_failure' });
        }
      }
      expect(found.toSorted()).toEqual([...negotiated.values()].toSorted());
      expect(found.length).toBeGreaterThan(15);
    },
  );

  test('TLS 1.3 suites are found one by one', async () => {
    await using server = await startTlsServer({
      ...certificates.EC,
      ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
    });
    const found: string[] = [];
    for (const suite of TLS13_SUITES) {
      const answer = await probe(server, { version: 'TLSv1.3', cipherSuites: [suite.number] });
      if (answer.kind === 'server-hello') found.push(answer.suite.name);
    }
    expect(found).toEqual(['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']);
  });

  test('anonymous key exchange is found on a server that allows it', async () => {
    await using server = await startTlsServer({
      ciphers: 'ADH:AECDH:@SECLEVEL=0',
      dhparam: 'auto',
      maxVersion: 'TLSv1.2',
    });
    const anonymous = numbers(olderSuites(({ anon }) => anon));
    const answer = await probe(server, { version: 'TLSv1.2', cipherSuites: anonymous });
    expect(answer).toMatchObject({ kind: 'server-hello', suite: { anon: true } });
    const rest = numbers(olderSuites(({ anon }) => !anon));
    expect(await probe(server, { version: 'TLSv1.2', cipherSuites: rest })).toMatchObject({
      kind: 'alert',
      code: 40,
      description: 'handshake_failure',
    });
  });

  test('the order of suites counts as sent', async () => {
    await using server = await startTlsServer({
      ...certificates.RSA,
      honorCipherOrder: false,
      maxVersion: 'TLSv1.2',
    });
    const order = [0x009c, 0xc02f];
    const first = await probe(server, { version: 'TLSv1.2', cipherSuites: order });
    const reversed = await probe(server, { version: 'TLSv1.2', cipherSuites: order.toReversed() });
    expect([first, reversed].map((answer) => answer.kind === 'server-hello' && answer.suite.number)).toEqual(
      order,
    );
  });

  test('extensions are answered only where they were offered', async () => {
    await using server = await startTlsServer({
      ...certificates.RSA,
      maxVersion: 'TLSv1.2',
      ALPNProtocols: ['imap', 'smtp'],
    });
    const base = { version: 'TLSv1.2', cipherSuites: [0xc02f] } as const;
    const full = await probe(server, {
      ...base,
      serverName: 'mail.example',
      alpn: ['smtp'],
      sessionTicket: true,
    });
    if (full.kind !== 'server-hello') throw new Error(full.text);
    expect(full.extensions.get(EXTENSION.extendedMasterSecret)).toEqual(Buffer.alloc(0));
    expect(full.extensions.get(EXTENSION.renegotiationInfo)).toEqual(Buffer.of(0));
    expect(full.extensions.get(EXTENSION.alpn)?.toString('latin1')).toBe('\x00\x05\x04smtp');
    expect(full.extensions.has(EXTENSION.sessionTicket)).toBe(true);
    expect(full.compression).toBe(0);
    expect(full.text).toBe('TLSv1.2 with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256');
    const bare = await probe(server, { ...base, extendedMasterSecret: false, renegotiationInfo: false });
    if (bare.kind !== 'server-hello') throw new Error(bare.text);
    expect(bare.extensions.has(EXTENSION.extendedMasterSecret)).toBe(false);
    expect(bare.extensions.has(EXTENSION.alpn)).toBe(false);
    const deflate = await probe(server, { ...base, compression: [COMPRESSION.deflate, COMPRESSION.null] });
    expect(deflate).toMatchObject({ kind: 'server-hello', compression: 0 });
  });

  test('the name asked for reaches the server', async () => {
    const names: string[] = [];
    await using server = await startTlsServer({
      ...certificates.EC,
      SNICallback: (name, callback) => {
        names.push(name);
        callback(null, undefined);
      },
    });
    const answer = await probe(server, { version: 'TLSv1.3', serverName: 'mx1.mailspec.test' });
    expect(answer.kind).toBe('server-hello');
    expect(names).toEqual(['mx1.mailspec.test']);
  });

  test('without a matching key share the server asks for one', async () => {
    await using server = await startTlsServer({ ...certificates.EC, ecdhCurve: 'secp384r1' });
    expect(await probe(server, { version: 'TLSv1.3' })).toMatchObject({
      kind: 'server-hello',
      version: 'TLSv1.3',
      retryRequest: true,
    });
    const other = await probe(server, { version: 'TLSv1.3', groups: ['x25519'], keyShares: ['x25519'] });
    expect(other).toMatchObject({ kind: 'alert', description: 'handshake_failure' });
  });

  test('a fallback that was not needed is refused as such', async () => {
    await using server = await startTlsServer({ ...certificates.RSA });
    const answer = await probe(server, { version: 'TLSv1.2', cipherSuites: [0xc02f], fallback: true });
    expect(answer).toMatchObject({ kind: 'alert', description: 'inappropriate_fallback' });
  });

  test('an ALPN name that the server does not know is refused as such', async () => {
    await using server = await startTlsServer({ ...certificates.EC, ALPNProtocols: ['imap'] });
    const answer = await probe(server, { version: 'TLSv1.3', alpn: ['h2'] });
    expect(answer).toMatchObject({ kind: 'alert', description: 'no_application_protocol' });
  });

  test('after STARTTLS', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.readLine();
      await peer.write('220 go ahead');
      await peer
        .startTls({ ...certificates.EC, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
        .catch(() => undefined);
    });
    using client = await connectTo(server);
    client.connection.send(line('STARTTLS'));
    await client.connection.readLine('the go-ahead');
    const answer = await probeHello(client.connection, { version: 'TLSv1.2', cipherSuites: [0xc02b] });
    expect(answer).toMatchObject({ kind: 'server-hello', version: 'TLSv1.2', suite: { number: 0xc02b } });
  });
});

/** A ServerHello as bytes, spelled apart from the code under test. */
function serverHello(
  version: string,
  suite: string,
  extra: { compression?: string; extensions?: string } = {},
): Buffer {
  const session = `20${'cd'.repeat(32)}`;
  const tail = extra.extensions === undefined ? '' : length(2, extra.extensions);
  const body = `${version}${'ab'.repeat(32)}${session}${suite}${extra.compression ?? '00'}${tail}`;
  return Buffer.from(`16${version}${length(2, `02${length(3, body)}`)}`, 'hex');
}

/** Hexadecimal content with its length in `size` octets in front. */
function length(size: number, hex: string): string {
  return (hex.length / 2).toString(16).padStart(2 * size, '0') + hex;
}

describe('probe against answers made by hand', () => {
  /** Answers a ClientHello with the octets, given as pieces, and ends. */
  async function answerTo(options: ClientHelloOptions, ...pieces: readonly Buffer[]): Promise<HelloAnswer> {
    await using server = await startScriptedServer(async (peer) => {
      await readHello(peer);
      for (const piece of pieces) {
        await peer.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    using client = await connectTo(server);
    return await probeHello(client.connection, options);
  }
  const offer = { version: 'TLSv1.2', cipherSuites: ALL_OLDER } as const;

  test.each([
    ['SSL 3.0 with RC4', '0300', '0005', 'SSLv3', { rc4: true, bits: 128 }],
    ['SSL 3.0 with an export suite', '0300', '0003', 'SSLv3', { export: true, bits: 40 }],
    ['TLS 1.0 without encryption', '0301', '0002', 'TLSv1', { null: true, bits: 0 }],
    ['TLS 1.2 with single DES', '0303', '0009', 'TLSv1.2', { des: true, bits: 56 }],
    ['TLS 1.2 with 3DES', '0303', '000a', 'TLSv1.2', { tripleDes: true, bits: 112 }],
    ['TLS 1.1 with anonymous ECDH', '0302', 'c018', 'TLSv1.1', { anon: true }],
    ['a draft version and an unknown suite', '7f1c', 'fafa', '0x7f1c', { name: 'unknown 0xfafa' }],
  ])('%s', async (_, version, suite, name, properties) => {
    const record = serverHello(version, suite);
    // The record of an odd version still belongs to SSL 3.
    record[1] = 3;
    expect(await answerTo(offer, record)).toMatchObject({
      kind: 'server-hello',
      version: name,
      suite: properties,
      compression: 0,
      retryRequest: false,
      warnings: [],
    });
  });

  test('DEFLATE is told', async () => {
    const answer = await answerTo(offer, serverHello('0303', '009c', { compression: '01' }));
    expect(answer).toMatchObject({ kind: 'server-hello', compression: 1 });
    expect(answer.text).toBe('TLSv1.2 with TLS_RSA_WITH_AES_128_GCM_SHA256, compression method 1');
  });

  test('extensions are read, the version of TLS 1.3 among them', async () => {
    const answer = await answerTo(
      offer,
      serverHello('0303', '1301', { extensions: '002b00020304ff01000100' }),
    );
    if (answer.kind !== 'server-hello') throw new Error(answer.text);
    expect(answer.version).toBe('TLSv1.3');
    expect([...answer.extensions]).toEqual([
      [EXTENSION.supportedVersions, Buffer.from('0304', 'hex')],
      [EXTENSION.renegotiationInfo, Buffer.of(0)],
    ]);
  });

  test('octet by octet, and split over several records', async () => {
    const whole = serverHello('0301', '000a');
    const octets = [...whole].map((octet) => Buffer.of(octet));
    expect(await answerTo(offer, ...octets)).toMatchObject({
      kind: 'server-hello',
      suite: { number: 0x000a },
    });
    const message = whole.subarray(5);
    const records = [message.subarray(0, 3), message.subarray(3, 40), message.subarray(40)].map((part) =>
      Buffer.concat([Buffer.from(`160301${part.length.toString(16).padStart(4, '0')}`, 'hex'), part]),
    );
    expect(await answerTo(offer, Buffer.concat(records))).toMatchObject({
      kind: 'server-hello',
      version: 'TLSv1',
    });
  });

  test.each([
    ['15030000020228', { kind: 'alert', level: 'fatal', code: 40, description: 'handshake_failure' }],
    ['15030300020246', { kind: 'alert', level: 'fatal', description: 'protocol_version' }],
    ['150303000202fe', { kind: 'alert', code: 254, description: 'alert 254' }],
    ['15030300020170', { kind: 'alert', level: 'warning', description: 'unrecognized_name' }],
    ['15030300020370', { kind: 'not-tls' }],
    ['1503030001', { kind: 'closed', how: 'fin' }],
    ['', { kind: 'closed', how: 'fin' }],
    ['1603', { kind: 'not-tls' }],
    ['17030300050000000000', { kind: 'not-tls' }],
    ['1604030005', { kind: 'not-tls' }],
    ['160303ffff', { kind: 'not-tls' }],
    ['16030300040e000000', { kind: 'not-tls' }],
    ['1603030004020fffff', { kind: 'not-tls' }],
    ['160303000602000002030300', { kind: 'not-tls' }],
  ])('%s is %o', async (hex, answer) => {
    expect(await answerTo(offer, Buffer.from(hex, 'hex'))).toMatchObject(answer);
  });

  test('a ServerHello after a warning is the answer, and tells of it', async () => {
    const answer = await answerTo(offer, Buffer.from('15030300020170', 'hex'), serverHello('0303', 'c02f'));
    expect(answer).toMatchObject({ kind: 'server-hello', warnings: ['unrecognized_name'] });
  });

  test('a server that only warns is refusing', async () => {
    const warnings = Buffer.from('15030300020170'.repeat(50), 'hex');
    expect(await answerTo(offer, warnings)).toMatchObject({ kind: 'alert', level: 'warning' });
  });

  test('extensions that end early are not TLS', async () => {
    expect(await answerTo(offer, serverHello('0303', 'c02f', { extensions: 'ff010005' }))).toMatchObject({
      kind: 'not-tls',
    });
  });

  test('clear text is shown in visible notation', async () => {
    expect(await answerTo(offer, Buffer.from('500 5.5.1 \x1bwhat?\r\n'))).toMatchObject({
      kind: 'not-tls',
      text: 'no TLS: 500 5.5.1 \\x1bwhat?\\r\\n',
    });
    expect(await answerTo(offer, Buffer.from('no\r\n'))).toMatchObject({
      kind: 'not-tls',
      text: 'no TLS: no\\r\\n',
    });
  });

  const endings: [string, Script, object][] = [
    ['a reset', async (peer) => peer.reset(), { kind: 'closed', how: 'rst' }],
    ['silence', forever, { kind: 'silence', waitedMs: 50 }],
  ];
  test.each(endings)('%s', async (_, ending, answer) => {
    await using server = await startScriptedServer(async (peer) => {
      await readHello(peer);
      await ending(peer);
    });
    using client = await connectTo(server);
    expect(await probeHello(client.connection, offer, 50)).toMatchObject(answer);
    using other = await connectTo(server);
    expect(await probeSslv2(other.connection, 50)).toMatchObject(answer);
  });
});

/** Reads one TLS record or SSLv2 message of a client. */
async function readHello(peer: ScriptedPeer): Promise<Buffer> {
  const start = await peer.readOctets(2);
  if (start[0] !== 0x16) return peer.readOctets(start.readUInt16BE(0) & 0x7fff);
  const rest = await peer.readOctets(3);
  return peer.readOctets(rest.readUInt16BE(1));
}

describe('SSL 2.0', () => {
  async function answerTo(hex: string) {
    await using server = await startScriptedServer(async (peer) => {
      await readHello(peer);
      await peer.write(Buffer.from(hex, 'hex'));
    });
    using client = await connectTo(server);
    return await probeSslv2(client.connection);
  }
  /** SERVER-HELLO: no session hit, X.509, version 2, a certificate of four octets, ciphers, a connection id. */
  const hello = (ciphers: string) =>
    length(
      2,
      `040001000200${(4).toString(16).padStart(2, '0')}${(ciphers.length / 2).toString(16).padStart(4, '0')}0010deadbeef${ciphers}${'11'.repeat(16)}`,
    ).replace(/^0/, '8');

  test('the offer is a well-formed CLIENT-HELLO with every cipher', () => {
    const offer = sslv2ClientHello();
    expect(offer.readUInt16BE(0)).toBe(0x8000 | (offer.length - 2));
    expect(offer.subarray(2, 11).toString('hex')).toBe('010002001500000010');
    expect(offer.length).toBe(11 + 3 * SSLV2_CIPHERS.size + 16);
  });

  test.each([
    [
      hello('010080020080'),
      { kind: 'sslv2-hello', ciphers: ['SSL_CK_RC4_128_WITH_MD5', 'SSL_CK_RC4_128_EXPORT40_WITH_MD5'] },
    ],
    [hello(''), { kind: 'sslv2-hello', ciphers: [], text: 'SSLv2 with no shared cipher' }],
    [hello('0a0b0c'), { kind: 'sslv2-hello', ciphers: ['unknown 0x0a0b0c'] }],
    ['8003000001', { kind: 'sslv2-error', code: 1 }],
    ['15030100020246', { kind: 'alert', description: 'protocol_version' }],
    ['', { kind: 'closed', how: 'fin' }],
    [Buffer.from('554 what?\r\n').toString('hex'), { kind: 'not-tls', text: 'no TLS: 554 what?\\r\\n' }],
    ['8003040001', { kind: 'not-tls' }],
    ['800b0400010003000000000000', { kind: 'not-tls' }],
  ])('%s', async (hex, answer) => {
    expect(await answerTo(hex)).toMatchObject(answer);
  });
});

describe('ClientHello', () => {
  test('needs a suite, and fits its record', () => {
    expect(() => clientHello({ version: 'TLSv1.2' })).toThrow('at least one cipher suite');
    const hello = clientHello({ version: 'TLSv1.2', cipherSuites: ALL_OLDER, serverName: 'x'.repeat(255) });
    expect(hello.readUInt16BE(3)).toBe(hello.length - 5);
    expect(hello.readUIntBE(6, 3)).toBe(hello.length - 9);
  });

  test('SSL 3.0 has no extensions, and signals secure renegotiation by a suite', () => {
    const hello = clientHello({ version: 'SSLv3', cipherSuites: [0x000a], random: Buffer.alloc(32) });
    expect(hello.toString('hex')).toBe(`160300002f0100002b0300${'00'.repeat(32)}000004000a00ff0100`);
    const without = clientHello({
      version: 'SSLv3',
      cipherSuites: [0x000a],
      random: Buffer.alloc(32),
      renegotiationInfo: false,
    });
    expect(without.toString('hex')).toBe(`160300002d010000290300${'00'.repeat(32)}000002000a0100`);
  });

  test('own extensions and early_data stand at the end', () => {
    const hello = clientHello({
      version: 'TLSv1.3',
      earlyData: true,
      extensions: [{ type: 0x0a0a, data: Buffer.from('xy') }],
    }).toString('hex');
    expect(hello.endsWith('002a00000a0a00027879')).toBe(true);
  });
});
