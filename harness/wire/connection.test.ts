import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { EvidenceEvent } from '../evidence/events.ts';
import { octetsOf } from '../evidence/octets.ts';
import { createRecorder } from '../evidence/recorder.ts';
import { line } from './bytes.ts';
import { BUFFER_LIMIT, LINE_LIMIT, openConnection } from './connection.ts';
import { ConnectionEnded, Malformed, Silence, TlsFailed, Unreachable } from './failures.ts';
import { connectTo, type Script, startScriptedServer, testCertificate } from './scripted-server.testing.ts';

/** Long enough to be noticed when waited for in vain, short enough to wait for on purpose. */
const SHORT = 60;

/** Octets recorded in one direction and layer, joined. */
function recorded(events: readonly EvidenceEvent[], kind: 'send' | 'recv', layer?: 'clear' | 'tls'): string {
  return events
    .filter((event) => event.kind === kind && (layer === undefined || event.layer === layer))
    .map((event) => (event.kind === kind ? octetsOf(event).toString('latin1') : ''))
    .join('');
}

const kinds = (events: readonly EvidenceEvent[]) => events.map(({ kind }) => kind);
const forever = () => new Promise<void>(() => {});

describe('opening', () => {
  test('tells address and local address, and records them', async () => {
    let seen = '';
    await using server = await startScriptedServer(async (peer) => {
      seen = peer.clientAddress;
      await peer.write('ready');
    });
    using client = await connectTo(server, { role: 'mx', number: 7, localAddress: '127.0.0.9' });
    await client.connection.readLine('a line');
    expect(client.connection.localAddress).toBe(seen);
    expect(seen).toMatch(/^127\.0\.0\.9:\d+$/);
    expect(client.recorder.events[0]).toMatchObject({
      kind: 'connect',
      connection: 7,
      role: 'mx',
      address: `127.0.0.1:${server.endpoint.port}`,
      localAddress: seen,
    });
  });

  test('what the first line shows ends every wait', async () => {
    const seen: string[] = [];
    const stranger = new Error('Somebody else greets.');
    await using server = await startScriptedServer(async (peer) => {
      await peer.write('* OK not who you wanted');
      await forever();
    });
    using client = await connectTo(server, {
      firstLook: {
        octets: 10,
        objection(first) {
          seen.push(first.toString('latin1'));
          return stranger;
        },
      },
    });
    const { connection } = client;
    await expect(connection.readLine('the greeting')).rejects.toBe(stranger);
    await expect(connection.watch(SHORT)).rejects.toBe(stranger);
    await expect(connection.untilEnd(SHORT)).rejects.toBe(stranger);
    await expect(connection.startTls()).rejects.toBe(stranger);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^\* OK not/);
  });

  test('a refused connection is unreachable, with the code of the system', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    await new Promise((resolve) => taken.close(resolve));
    const recorder = createRecorder();
    const opening = openConnection({
      endpoint: { host: '127.0.0.1', port: address.port },
      role: 'mx',
      recorder,
      number: 1,
      replyMs: 1_000,
    });
    await expect(opening).rejects.toThrow(Unreachable);
    await expect(opening).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(recorder.events).toMatchObject([{ kind: 'refused', role: 'mx', code: 'ECONNREFUSED' }]);
  });

  test('an aborted signal opens nothing', async () => {
    await using server = await startScriptedServer(forever);
    await expect(connectTo(server, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'Unreachable',
      code: 'EABORTED',
    });
  });
});

describe('reading', () => {
  test('lines come with their terminator, octets as sent', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.write(Buffer.from('one\r\ntwo\nthree\rstill\r\r\n\n\x00\xff\r\n', 'latin1'));
      await forever();
    });
    using client = await connectTo(server);
    const lines: [string, string][] = [];
    for (let count = 0; count < 5; count += 1) {
      const { bytes, terminator } = await client.connection.readLine('a line');
      lines.push([bytes.toString('latin1'), terminator]);
    }
    expect(lines).toEqual([
      ['one', 'CRLF'],
      ['two', 'LF'],
      ['three\rstill\r', 'CRLF'],
      ['', 'LF'],
      ['\x00\xff', 'CRLF'],
    ]);
  });

  test('a line that comes octet by octet is one line', async () => {
    await using server = await startScriptedServer(async (peer) => {
      for (const octet of '220 slow\r\n') {
        await peer.write(Buffer.from(octet));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await forever();
    });
    using client = await connectTo(server);
    expect((await client.connection.readLine('a line')).bytes.toString()).toBe('220 slow');
    expect(recorded(client.recorder.events, 'recv')).toBe('220 slow\r\n');
  });

  test('octets are counted, not decoded; what is left stays readable', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.write(Buffer.from('12345\r\nrest\r\n'));
      await forever();
    });
    using client = await connectTo(server);
    expect((await client.connection.readOctets(6, 'octets')).toString()).toBe('12345\r');
    expect((await client.connection.readLine('a line')).bytes.toString()).toBe('');
    expect((await client.connection.readOctets(0, 'octets')).length).toBe(0);
    expect((await client.connection.readLine('a line')).bytes.toString()).toBe('rest');
  });

  test('silence ends at the deadline, says what was awaited, and takes nothing of the half line', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.write(Buffer.from('220 half'));
      await peer.readLine();
      await peer.write(Buffer.from(' a line\r\n'));
      await forever();
    });
    using client = await connectTo(server);
    const started = performance.now();
    const waiting = client.connection.readLine('the greeting', SHORT);
    await expect(waiting).rejects.toThrow(`within ${SHORT} ms; awaited: the greeting.`);
    await expect(waiting).rejects.toBeInstanceOf(Silence);
    expect(performance.now() - started).toBeGreaterThanOrEqual(SHORT - 1);
    expect(client.recorder.events.at(-1)).toMatchObject({
      kind: 'expect',
      what: 'the greeting',
      withinMs: SHORT,
      ended: 'silence',
    });
    client.connection.send(line('go on'));
    expect((await client.connection.readLine('the greeting')).bytes.toString()).toBe('220 half a line');
  });

  test('the default deadline is the one of the connection', async () => {
    await using server = await startScriptedServer(forever);
    using client = await connectTo(server, { replyMs: SHORT });
    await expect(client.connection.readLine('a line')).rejects.toMatchObject({ waitedMs: SHORT });
    await expect(client.connection.readOctets(1, 'an octet')).rejects.toMatchObject({ waitedMs: SHORT });
  });

  test.each([LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, 3 * LINE_LIMIT])(
    'a line of %i octets is read or refused by its length alone',
    async (length) => {
      await using server = await startScriptedServer(async (peer) => {
        await peer.write(Buffer.alloc(length - 1, 'x'), Buffer.from('\n'));
        await forever();
      });
      using client = await connectTo(server);
      const reading = client.connection.readLine('a line');
      if (length - 1 <= LINE_LIMIT) {
        expect((await reading).bytes.length).toBe(length - 1);
      } else {
        await expect(reading).rejects.toBeInstanceOf(Malformed);
        expect(client.recorder.events.at(-1)).toMatchObject({ kind: 'expect', ended: 'limit' });
      }
    },
  );

  test('a server that sends without end is cut off, by us', async () => {
    await using server = await startScriptedServer(async (peer) => {
      const much = Buffer.alloc(1_048_576, 'x');
      for (let sent = 0; sent <= BUFFER_LIMIT + much.length; sent += much.length) await peer.write(much);
      await forever();
    });
    using client = await connectTo(server, { recorder: quietRecorder() });
    // Only the outcome is compared: a Buffer of that size would be printed.
    const outcome = await client.connection.readOctets(2 * BUFFER_LIMIT, 'much', 55_000).then(
      ({ length }) => `${length} octets`,
      (thrown: unknown) => thrown,
    );
    expect(outcome).toBeInstanceOf(Malformed);
    expect(client.recorder.events.at(-1)).toMatchObject({ kind: 'expect', what: 'much', ended: 'limit' });
    expect(client.connection.ended).toBeUndefined();
    const closes = client.recorder.events.filter(({ kind }) => kind === 'close');
    expect(closes).toMatchObject([{ by: 'client' }]);
  });
});

describe('the end of a connection', () => {
  const ends: [string, Script, 'fin' | 'rst'][] = [
    ['FIN', async (peer) => peer.end(), 'fin'],
    ['RST', async (peer) => peer.reset(), 'rst'],
  ];

  test.each(ends)(
    '%s is told by its kind, in the failure, the evidence and the state',
    async (_, ending, how) => {
      await using server = await startScriptedServer(async (peer) => {
        await peer.readLine();
        await ending(peer);
      });
      using client = await connectTo(server);
      client.connection.send(line('QUIT'));
      const reading = client.connection.readLine('the reply');
      await expect(reading).rejects.toBeInstanceOf(ConnectionEnded);
      await expect(reading).rejects.toMatchObject({ how });
      expect(client.connection.ended).toEqual({ how });
      expect(client.recorder.events.slice(-2)).toMatchObject([
        { kind: 'close', by: 'server', how },
        { kind: 'expect', what: 'the reply', ended: 'closed' },
      ]);
      client.connection.close();
      expect(kinds(client.recorder.events).filter((kind) => kind === 'close')).toHaveLength(1);
    },
  );

  test('lines that came before the end are read first', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.write('221 bye', Buffer.from('half'));
    });
    using client = await connectTo(server);
    expect(await client.connection.untilEnd(5_000)).toEqual({ how: 'fin' });
    expect((await client.connection.readLine('the reply')).bytes.toString()).toBe('221 bye');
    expect(client.connection.pending().toString()).toBe('half');
    await expect(client.connection.readLine('more')).rejects.toBeInstanceOf(ConnectionEnded);
  });

  test('a connection that goes on has no end within the time', async () => {
    await using server = await startScriptedServer(forever);
    using client = await connectTo(server);
    expect(await client.connection.untilEnd(SHORT)).toBeUndefined();
    expect(client.connection.ended).toBeUndefined();
  });

  test('what is sent after the end is neither sent nor recorded as sent, and its secrets are kept', async () => {
    await using server = await startScriptedServer(async (peer) => peer.end());
    using client = await connectTo(server);
    await client.connection.untilEnd(5_000);
    client.connection.send(line('PASS hunter-two'), [Buffer.from('hunter-two')]);
    expect(recorded(client.recorder.events, 'send')).toBe('');
    expect(client.recorder.events.at(-1)).toMatchObject({
      kind: 'note',
      text: expect.stringContaining('not sent'),
    });
    client.recorder.event(1, { kind: 'note', text: 'hunter-two' });
    expect(JSON.stringify(client.recorder.events)).not.toContain('hunter-two');
  });

  test('ending the sending direction leaves the other one open', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.readLine().catch(() => peer.write('451 where are you'));
      await forever();
    });
    using client = await connectTo(server);
    client.connection.halfClose();
    expect((await client.connection.readLine('a reply')).bytes.toString()).toBe('451 where are you');
  });
});

describe('closing', () => {
  test('the abort signal closes, wakes whoever waits, and is let go of', async () => {
    let gone = false;
    await using server = await startScriptedServer(async (peer) => {
      await peer.readLine().finally(() => {
        gone = true;
      });
    });
    const stop = new AbortController();
    let closed = 0;
    using client = await connectTo(server, {
      signal: stop.signal,
      onClose: () => {
        closed += 1;
      },
    });
    const waits = [
      client.connection.readLine('a line').catch((thrown: unknown) => thrown),
      client.connection.untilEnd(60_000),
      client.connection.watch(60_000),
    ];
    stop.abort();
    expect(await Promise.all(waits)).toEqual([expect.any(Silence), undefined, Buffer.alloc(0)]);
    await expect.poll(() => gone).toBe(true);
    client.connection.close();
    expect(closed).toBe(1);
    expect(client.connection.ended).toBeUndefined();
    expect(client.recorder.events.filter(({ kind }) => kind === 'close')).toMatchObject([{ by: 'client' }]);
  });

  test('several waits at once are all served', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.readLine();
      await peer.write('one');
    });
    using client = await connectTo(server);
    const end = client.connection.untilEnd(30_000);
    const first = client.connection.readLine('a line', 30_000);
    client.connection.send(line('go'));
    expect((await first).bytes.toString()).toBe('one');
    expect(await end).toEqual({ how: 'fin' });
  });
});

describe('sending', () => {
  test('one send is one segment, whatever its lines', async () => {
    const text = 'STARTTLS\r\nNOOP injected\r\n';
    let segments: readonly Buffer[] = [];
    await using server = await startScriptedServer(async (peer) => {
      await peer.readLine();
      await peer.readLine();
      segments = peer.segments;
      await peer.write('done');
    });
    using client = await connectTo(server);
    client.connection.send(Buffer.from(text));
    await client.connection.readLine('a reply');
    expect(segments.map(String)).toEqual([text]);
    expect(recorded(client.recorder.events, 'send')).toBe(text);
  });

  test('a password is redacted raw, in base64, and where the server repeats it', async () => {
    const password = 'geheim-und-länger';
    const plain = Buffer.from(`\0tim\0${password}`).toString('base64');
    await using server = await startScriptedServer(async (peer) => {
      for (let count = 0; count < 2; count += 1) {
        const echo = Buffer.from(`-ERR ${await peer.readLine()}`, 'latin1');
        await peer.write(Buffer.concat([echo, line('')]));
      }
    });
    using client = await connectTo(server);
    client.connection.send(line(`PASS ${password}`), [Buffer.from(password)]);
    await client.connection.readLine('a reply');
    client.connection.send(line(`AUTH PLAIN ${plain}`));
    await client.connection.readLine('a reply');
    const text =
      JSON.stringify(client.recorder.events) +
      recorded(client.recorder.events, 'send') +
      recorded(client.recorder.events, 'recv');
    expect(text).not.toMatch(/geheim|AHRpbQ/);
    expect(client.recorder.redactions).toBe(4);
  });
});

describe('watching', () => {
  test('takes what nobody asked for and notes it in visible notation', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.write(Buffer.from('250 injected\x1b\r\n'));
      await forever();
    });
    using client = await connectTo(server);
    expect((await client.connection.watch(SHORT)).toString()).toBe('250 injected\x1b\r\n');
    expect(client.recorder.events.at(-1)).toMatchObject({
      kind: 'note',
      text: expect.stringMatching(/250 injected\\x1b\\r\\n$/),
    });
    expect(client.connection.pending().length).toBe(0);
    expect((await client.connection.watch(SHORT)).length).toBe(0);
  });

  test('ends early when the server closes', async () => {
    await using server = await startScriptedServer(async (peer) => peer.end());
    using client = await connectTo(server);
    const started = performance.now();
    await client.connection.watch(30_000);
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(client.connection.ended).toEqual({ how: 'fin' });
  });
});

describe('TLS on a running connection', () => {
  test('records both layers exactly and returns the octets that were still unread in the clear', async () => {
    const certificate = await testCertificate();
    await using server = await startScriptedServer(async (peer) => {
      await peer.write('220 ready');
      await peer.readLine();
      await peer.write('220 go ahead', '250 injected');
      await peer.startTls(certificate);
      await peer.write(`250 inside ${await peer.readLine()}`);
    });
    using client = await connectTo(server);
    const { connection, recorder } = client;
    await connection.readLine('the greeting');
    connection.send(line('STARTTLS'));
    await connection.readLine('the go-ahead');
    await expect.poll(() => connection.pending().length).toBeGreaterThan(0);
    expect(connection.tls).toBeUndefined();
    const { facts, unreadClear } = await connection.startTls({ serverName: 'mx.example' });
    expect(unreadClear.toString()).toBe('250 injected\r\n');
    expect(facts).toEqual({
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      serverName: 'mx.example',
    });
    expect(connection.tls).toEqual(facts);
    expect(connection.pending().length).toBe(0);
    connection.send(line('EHLO probe'));
    expect((await connection.readLine('the reply')).bytes.toString()).toBe('250 inside EHLO probe');

    expect(recorded(recorder.events, 'recv', 'clear')).toBe('220 ready\r\n220 go ahead\r\n250 injected\r\n');
    expect(recorded(recorder.events, 'send', 'clear')).toBe('STARTTLS\r\n');
    expect(recorded(recorder.events, 'send', 'tls')).toBe('EHLO probe\r\n');
    expect(recorded(recorder.events, 'recv', 'tls')).toBe('250 inside EHLO probe\r\n');
    expect(recorder.events.find(({ kind }) => kind === 'tls')).toMatchObject(facts);
    expect(await connection.untilEnd(5_000)).toEqual({ how: 'fin' });
  });

  test.each(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)(
    'a server of %s alone is reached when the range allows it: no refusal is ours',
    async (version) => {
      const certificate = await testCertificate('RSA');
      await using server = await startScriptedServer(async (peer) => {
        await peer.startTls({
          ...certificate,
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        await peer.write('ready');
      });
      using client = await connectTo(server);
      await client.connection.startTls({ minVersion: 'TLSv1' });
      expect(client.connection.tls?.protocol).toBe(version);
      expect((await client.connection.readLine('the greeting')).bytes.toString()).toBe('ready');
    },
  );

  test('channel bindings: exporter always, tls-unique up to TLS 1.2', async () => {
    const certificate = await testCertificate();
    const { promise: serverKeys, resolve } = Promise.withResolvers<Buffer>();
    await using server = await startScriptedServer(async (peer) => {
      await peer.startTls(certificate);
      const { socket } = peer;
      if ('exportKeyingMaterial' in socket && typeof socket.exportKeyingMaterial === 'function')
        resolve(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
      await forever();
    });
    using modern = await connectTo(server);
    await modern.connection.startTls();
    expect(modern.connection.session?.tlsExporter()).toEqual(await serverKeys);
    expect(modern.connection.session?.tlsUnique()).toBeUndefined();
    using older = await connectTo(server);
    await older.connection.startTls({ maxVersion: 'TLSv1.2' });
    expect(older.connection.session?.tlsUnique()?.length).toBe(12);
    expect(older.connection.session?.tlsExporter().length).toBe(32);
  });

  const failures: [string, Script, RegExp][] = [
    ['clear text instead of a handshake', async (peer) => peer.write('454 not now'), /ERR_SSL/],
    [
      'an end',
      async (peer) => void (await peer.readOctets(1)),
      /ECONNRESET|closed the connection during the handshake/,
    ],
    [
      'a reset',
      async (peer) => {
        await peer.readOctets(1);
        peer.reset();
      },
      /ECONNRESET/,
    ],
    ['silence', forever, /no end of the handshake within \d+ ms/],
  ];
  test.each(failures)('%s fails with its reason and closes', async (name, script, reason) => {
    await using server = await startScriptedServer(script);
    let closed = 0;
    using client = await connectTo(server, {
      replyMs: 300,
      onClose: () => {
        closed += 1;
      },
    });
    const upgrade = client.connection.startTls();
    await expect(upgrade).rejects.toBeInstanceOf(TlsFailed);
    await expect(upgrade).rejects.toMatchObject({
      reason: expect.stringMatching(reason),
      waitedMs: name === 'silence' ? 300 : undefined,
    });
    expect(kinds(client.recorder.events)).toContain('tls-failed');
    client.connection.close();
    expect(closed).toBe(1);
  });

  test('an abort during the handshake is not blamed on the server', async () => {
    await using server = await startScriptedServer(forever);
    const stop = new AbortController();
    using client = await connectTo(server, { signal: stop.signal });
    const upgrade = client.connection.startTls();
    stop.abort();
    await expect(upgrade).rejects.toMatchObject({ reason: 'the client closed the connection' });
  });
});

/** Records no octets: a flood is not worth keeping. */
function quietRecorder() {
  const recorder = createRecorder();
  return { ...recorder, traffic: () => 0 };
}
