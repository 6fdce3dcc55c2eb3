import type { Socket } from 'node:net';
import type { Layer } from '../evidence/events.ts';
import type { Recorder } from '../evidence/recorder.ts';
import { visibleExcerpt } from '../evidence/visible.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { CRLF, LF } from './bytes.ts';
import { type Deadline, deadlineIn, turnOfTheLoop } from './deadline.ts';
import { ConnectionEnded, Malformed, Silence, TlsFailed } from './failures.ts';
import { openSocket } from './open-socket.ts';
import type { Relayed } from './relayed.ts';
import { handshake, type TlsFacts, type TlsOptions, type TlsSession } from './tls.ts';
import { writtenEndpoint } from './written-endpoint.ts';

/** Longest line the client accepts, in octets without terminator; far above any limit of the protocols. */
export const LINE_LIMIT = 65_536;
/** Most octets that may wait unread; a server that sends more is cut off. */
export const BUFFER_LIMIT = 16 * 1_048_576;

export interface ConnectOptions {
  readonly endpoint: Endpoint;
  /** What the endpoint is for; stands in evidence and errors. */
  readonly role: string;
  readonly recorder: Recorder;
  /** Number of the connection within its check. */
  readonly number: number;
  /** Default deadline of every wait, in milliseconds. */
  readonly replyMs: number;
  /** Source address to connect from. */
  readonly localAddress?: string;
  /** An IPv6 address that the server is told in a PROXY header, and takes for that of the client. */
  readonly announcing?: string;
  /** A relay to connect through; `address` is where its connections come from. */
  readonly via?: Relayed & { readonly address: string };
  readonly signal?: AbortSignal;
  /**
   * Looks at the first octets of the server, once its first line or so many octets are there. What it returns ends
   * every wait from then on: who is at the other end is not who was to be met.
   */
  readonly firstLook?: { readonly octets: number; objection(first: Buffer): Error | undefined };
  /** Called once when the client side closes the connection. */
  readonly onClose?: () => void;
}

/** One line as received: octets without the terminator, and which terminator it was. */
export interface Line {
  readonly bytes: Buffer;
  readonly terminator: 'CRLF' | 'LF';
}

/** How the server ended the connection. */
export interface End {
  readonly how: 'fin' | 'rst' | 'error';
}

/** A recorded connection with a deadline on every wait. Whoever opens it closes it. */
export interface Connection {
  readonly number: number;
  readonly endpoint: Endpoint;
  /** Address and port the server sees; of a relay only the address is known. */
  readonly localAddress: string;
  /** Address of the server, without its port; behind a relay the declared one. */
  readonly remoteAddress: string;
  /** Facts of the TLS session, once there is one. */
  readonly tls: TlsFacts | undefined;
  /** How the server ended the connection, if it did. */
  readonly ended: End | undefined;
  /** Writes the octets in one system call; `secrets` are parts to be redacted in the record. */
  send(bytes: Buffer, secrets?: readonly Uint8Array[]): void;
  /**
   * The next line.
   * @throws Silence, ConnectionEnded, Malformed (a line over LINE_LIMIT)
   */
  readLine(awaited: string, withinMs?: number): Promise<Line>;
  /**
   * Exactly `count` octets.
   * @throws Silence, ConnectionEnded
   */
  readOctets(count: number, awaited: string, withinMs?: number): Promise<Buffer>;
  /** Watches for `ms` and returns what arrived unasked, taking it; ends early when the server closes. */
  watch(ms: number): Promise<Buffer>;
  /** Octets received and not yet read, without taking them. */
  pending(): Buffer;
  /**
   * Waits until the server ends the connection; undefined when it did not within the time.
   */
  untilEnd(withinMs: number): Promise<End | undefined>;
  /**
   * Starts TLS as client on this connection. Octets still unread are taken away first and returned:
   * they arrived in the clear.
   * @throws TlsFailed, Silence, ConnectionEnded
   */
  startTls(options?: TlsOptions): Promise<{ readonly facts: TlsFacts; readonly unreadClear: Buffer }>;
  /** The running TLS session, for channel bindings. */
  readonly session: TlsSession | undefined;
  /** Ends the sending direction. */
  halfClose(): void;
  /** Ends the connection at once. */
  close(): void;
}

/**
 * Opens a TCP connection.
 * @throws Unreachable when it is refused, reset, unroutable or not answered within the deadline.
 */
export async function openConnection(options: ConnectOptions): Promise<Connection> {
  const { endpoint, recorder, number, role } = options;
  const address = writtenEndpoint(endpoint);
  const { socket, localAddress } = await openSocket(options, address);
  recorder.event(number, { kind: 'connect', role, address, localAddress });
  return wrap(socket, options, address, localAddress);
}

function wrap(tcp: Socket, options: ConnectOptions, address: string, localAddress: string): Connection {
  const { recorder, number, replyMs, endpoint } = options;
  let stream: Socket = tcp;
  let session: TlsSession | undefined;
  let buffer: Buffer = Buffer.alloc(0);
  let end: End | undefined;
  let closedByUs = false;
  let overflowed = false;
  let looked = options.firstLook === undefined;
  let objection: Error | undefined;
  const waiters = new Set<() => void>();

  const layer = (): Layer => (session ? 'tls' : 'clear');
  const changed = () => {
    for (const wake of [...waiters]) wake();
  };
  const ended = (how: End['how']) => {
    if (end || closedByUs) return;
    end = { how };
    recorder.event(number, { kind: 'close', by: 'server', how });
    changed();
  };
  const onData = (chunk: Buffer) => {
    recorder.traffic(number, 'recv', layer(), chunk);
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    lookAtFirst();
    if (buffer.length > BUFFER_LIMIT) {
      overflowed = true;
      recorder.event(number, {
        kind: 'note',
        text: `more than ${BUFFER_LIMIT} octets wait unread: the client cuts the connection`,
      });
      connection.close();
    }
    changed();
  };
  const lookAtFirst = () => {
    const { firstLook } = options;
    if (looked || !firstLook || (buffer.length < firstLook.octets && !buffer.includes(LF))) return;
    looked = true;
    objection = firstLook.objection(buffer);
  };
  /** @throws what the first octets made known */
  const assertMet = () => {
    if (objection) throw objection;
  };
  const onEnd = () => ended('fin');
  const onError = (error: NodeJS.ErrnoException) =>
    ended(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'rst' : 'error');
  const onClose = () => ended('error');

  function attach(to: Socket): void {
    stream = to;
    to.on('data', onData);
    to.on('end', onEnd);
    to.on('error', onError);
    to.on('close', onClose);
  }
  function detach(): void {
    stream.pause();
    stream.removeListener('data', onData);
    stream.removeListener('end', onEnd);
    stream.removeListener('close', onClose);
  }
  attach(tcp);

  /** Runs `take` whenever something changed until it yields a value or the deadline fires. */
  async function awaitValue<T>(take: () => T | undefined, awaited: string, withinMs: number): Promise<T> {
    const deadline = deadlineIn(withinMs);
    try {
      return await untilValue(take, awaited, withinMs, deadline);
    } finally {
      deadline.end();
    }
  }

  async function untilValue<T>(
    take: () => T | undefined,
    awaited: string,
    withinMs: number,
    deadline: Deadline,
  ): Promise<T> {
    let isLast = false;
    for (;;) {
      assertMet();
      const value = takeWithinLimit(take, awaited, withinMs);
      if (value !== undefined) return value;
      if (end) {
        recorder.event(number, { kind: 'expect', what: awaited, withinMs, ended: 'closed' });
        throw new ConnectionEnded(end.how, awaited);
      }
      if (overflowed) {
        recorder.event(number, { kind: 'expect', what: awaited, withinMs, ended: 'limit' });
        throw new Malformed(`${address} sent more than ${BUFFER_LIMIT} octets while ${awaited} was awaited.`);
      }
      const left = deadline.left();
      if (left <= 0 && !isLast && !closedByUs) {
        // After a stop of ours, what came in time is not read yet when the deadline is noticed.
        isLast = true;
        await turnOfTheLoop();
        continue;
      }
      isLast = false;
      if (left <= 0 || closedByUs) {
        const waitedMs = left <= 0 ? withinMs : Math.round(withinMs - left);
        recorder.event(number, { kind: 'expect', what: awaited, withinMs: waitedMs, ended: 'silence' });
        throw new Silence(waitedMs, awaited);
      }
      await nextChange(left);
    }
  }

  function takeWithinLimit<T>(take: () => T | undefined, awaited: string, withinMs: number): T | undefined {
    try {
      return take();
    } catch (thrown) {
      recorder.event(number, { kind: 'expect', what: awaited, withinMs, ended: 'limit' });
      throw thrown;
    }
  }

  function nextChange(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, Math.ceil(ms)));
      waiters.add(wake);
    });
  }

  /** Waits until the connection has ended, or the time is over and what had arrived by then is read. */
  async function untilEnded(ms: number): Promise<void> {
    const deadline = deadlineIn(ms);
    for (let left = ms; left > 0 && !end && !closedByUs; left = deadline.left()) {
      await nextChange(left);
      if (deadline.left() <= 0) await turnOfTheLoop();
    }
    deadline.end();
  }

  function takeLine(): Line | undefined {
    const at = buffer.indexOf(LF);
    if (at < 0 ? buffer.length > LINE_LIMIT : at > LINE_LIMIT) {
      throw new Malformed(`${address} sent a line of more than ${LINE_LIMIT} octets.`);
    }
    if (at < 0) return undefined;
    const terminated = buffer.subarray(0, at + 1);
    buffer = buffer.subarray(at + 1);
    const crlf = terminated.subarray(-CRLF.length).equals(CRLF);
    return {
      bytes: terminated.subarray(0, crlf ? -CRLF.length : -LF.length),
      terminator: crlf ? 'CRLF' : 'LF',
    };
  }

  /** Gives back everything this connection holds. */
  function release(): void {
    if (closedByUs) return;
    closedByUs = true;
    stream.destroy();
    tcp.destroy();
    options.signal?.removeEventListener('abort', connection.close);
    options.onClose?.();
    changed();
  }

  const connection: Connection = {
    number,
    endpoint,
    localAddress,
    remoteAddress: options.via ? endpoint.host : (tcp.remoteAddress ?? endpoint.host),
    get tls() {
      return session?.facts;
    },
    get session() {
      return session;
    },
    get ended() {
      return end;
    },
    send(bytes, secrets = []) {
      if (!end && stream.writable) {
        recorder.traffic(number, 'send', layer(), bytes, secrets);
        stream.write(bytes);
        return;
      }
      // The read that follows says how the connection ended. What was not sent is no evidence.
      for (const secret of secrets) recorder.secret(secret);
      recorder.event(number, {
        kind: 'note',
        text: `${bytes.length} octets not sent: the connection has ended`,
      });
    },
    readLine: (awaited, withinMs = replyMs) => awaitValue(takeLine, awaited, withinMs),
    readOctets(count, awaited, withinMs = replyMs) {
      return awaitValue(
        () => {
          if (buffer.length < count) return undefined;
          const octets = buffer.subarray(0, count);
          buffer = buffer.subarray(count);
          return octets;
        },
        awaited,
        withinMs,
      );
    },
    async watch(ms) {
      await untilEnded(ms);
      assertMet();
      const seen = buffer;
      buffer = Buffer.alloc(0);
      recorder.event(number, {
        kind: 'note',
        text: `watched ${ms} ms for octets that nobody asked for: ${seen.length === 0 ? 'none' : visibleExcerpt(seen, 200)}`,
      });
      return seen;
    },
    pending: () => buffer,
    async untilEnd(withinMs) {
      await untilEnded(withinMs);
      assertMet();
      return end;
    },
    async startTls(tlsOptions = {}) {
      assertMet();
      if (end) throw new ConnectionEnded(end.how, 'the TLS handshake');
      detach();
      const unreadClear = buffer;
      buffer = Buffer.alloc(0);
      try {
        session = await handshake(tcp, address, replyMs, tlsOptions);
      } catch (thrown) {
        // A connection that we closed meanwhile looks to the handshake as if the server had.
        const failure = closedByUs ? new TlsFailed(address, 'the client closed the connection') : thrown;
        const reason = failure instanceof TlsFailed ? failure.reason : String(failure);
        recorder.event(number, { kind: 'tls-failed', reason });
        release();
        throw failure;
      }
      recorder.event(number, { kind: 'tls', ...session.facts });
      attach(session.socket);
      return { facts: session.facts, unreadClear };
    },
    halfClose() {
      recorder.event(number, { kind: 'note', text: 'the client ends its sending direction' });
      stream.end();
    },
    close() {
      if (closedByUs) return;
      if (!end) recorder.event(number, { kind: 'close', by: 'client', how: 'fin' });
      release();
    },
  };
  options.signal?.addEventListener('abort', connection.close, { once: true });
  return connection;
}
