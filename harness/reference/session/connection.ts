import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { CRLF } from '../../wire/bytes.ts';
import { IdleTooLong, SessionEnded } from './endings.ts';

/** Unread octets above which a client is made to wait; well over the largest literal read in one piece. */
const UNREAD_LIMIT = 1_048_576;
/** How long a client that was said goodbye may take to close its side, in milliseconds. */
const FAREWELL_MS = 2_000;
/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_MS = 60_000;

/** What ended at a CRLF: a line without its terminator, or the news that it was over the limit. */
export type Input =
  | { readonly kind: 'line'; readonly bytes: Buffer }
  | { readonly kind: 'overlong'; readonly octets: number };

export interface LineRules {
  /** Longest line in octets, without CRLF. */
  readonly limit: number;
  /** How long to wait, in milliseconds. */
  readonly withinMs: number;
  /** What happens to a line over the limit: swallowed up to its CRLF, or cut, the rest being the next line. */
  readonly beyond?: 'swallow' | 'cut';
}

/**
 * The server's side of one connection. Only CRLF ends a line. Every wait ends with the connection
 * (`SessionEnded`) or with its own deadline (`IdleTooLong`).
 */
export interface ServerConnection {
  /** Address of the client. */
  readonly clientAddress: string;
  /**
   * Reads a PROXY header, which comes before anything else, and takes the address in it for that of the client.
   * @throws SessionEnded where something else comes
   */
  readAnnouncement(): Promise<void>;
  /** The TLS session, once there is one. */
  readonly tls: TLSSocket | undefined;
  readLine(awaited: string, rules: LineRules): Promise<Input>;
  /** Exactly `count` octets. */
  readOctets(count: number, awaited: string, withinMs: number): Promise<Buffer>;
  /** The first unread octet, left where it is. */
  peekOctet(awaited: string, withinMs: number): Promise<number>;
  /** A whole line has arrived and was not read. */
  hasLine(): boolean;
  /** Takes away what has arrived and was not read. */
  takeUnread(): Buffer;
  /** Puts octets in front of what will be read next. */
  putBack(octets: Buffer): void;
  /** Writes octets, after the delay that this server gives every reply. */
  send(octets: Buffer): Promise<void>;
  /** As `send`; returns what was unread at the moment of writing, taken away: it came before these octets. */
  sendAndTakeUnread(octets: Buffer): Promise<Buffer>;
  pause(ms: number): Promise<void>;
  /**
   * Starts TLS as server. Unread octets count as not yet received: they go into the handshake.
   * @throws SessionEnded when no handshake comes about
   */
  startTls(context: SecureContext, options?: { readonly asksForCertificate: boolean }): Promise<void>;
  /** Ends our side once everything is written, and the connection soon after. */
  finish(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/** @param replyDelayMs pause before every write, in milliseconds */
export function createConnection(tcp: Socket, replyDelayMs: number): ServerConnection {
  let stream: Socket = tcp;
  let tls: TLSSocket | undefined;
  let unread: Buffer = Buffer.alloc(0);
  let inputEnded = false;
  let gone = false;
  let finishing = false;
  const wakers = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  let clientAddress = (tcp.remoteAddress ?? '').replace(/^::ffff:/, '');

  const changed = () => {
    for (const wake of [...wakers]) wake();
  };
  const onData = (chunk: Buffer) => {
    // After the farewell, input is read only so that unread octets do not turn the close into a reset.
    if (finishing) return;
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    if (unread.length > UNREAD_LIMIT) stream.pause();
    changed();
  };
  const onEnd = () => {
    inputEnded = true;
    if (finishing) stream.destroy();
    changed();
  };
  const onClose = () => {
    gone = true;
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    changed();
  };
  const onError = () => stream.destroy();

  function attach(to: Socket): void {
    stream = to;
    to.on('data', onData);
    to.on('end', onEnd);
    to.on('close', onClose);
    to.on('error', onError);
  }
  function detach(): void {
    stream.pause();
    stream.removeListener('data', onData);
    stream.removeListener('end', onEnd);
    stream.removeListener('close', onClose);
  }
  attach(tcp);
  tcp.setNoDelay(true);

  function after(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return timer;
  }

  /** Resolves at the next change, or when `ms` have passed. */
  function nextChange(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        timers.delete(timer);
        wakers.delete(wake);
        resolve();
      };
      const timer = after(ms, wake);
      wakers.add(wake);
    });
  }

  async function awaitValue<T>(take: () => T | undefined, awaited: string, withinMs: number): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const value = take();
      if (value !== undefined) return value;
      if (gone || inputEnded) throw new SessionEnded(awaited);
      const left = deadline - performance.now();
      if (left <= 0) throw new IdleTooLong(withinMs, awaited);
      if (stream.isPaused()) stream.resume();
      await nextChange(Math.ceil(left));
    }
  }

  async function pause(ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    for (let left = ms; left > 0; left = deadline - performance.now()) {
      if (gone) throw new SessionEnded('a pause to end');
      await nextChange(Math.ceil(left));
    }
  }

  async function sendAndTakeUnread(octets: Buffer, take: boolean): Promise<Buffer> {
    await pause(replyDelayMs);
    if (gone || finishing) throw new SessionEnded('a reply to be written');
    const before = unread;
    if (take) unread = Buffer.alloc(0);
    if (!stream.write(octets)) await drained();
    return before;
  }

  async function drained(): Promise<void> {
    stream.once('drain', changed);
    while (!gone && stream.writableNeedDrain) await nextChange(HANDSHAKE_MS);
    stream.removeListener('drain', changed);
    if (gone) throw new SessionEnded('the client to read');
  }

  const connection: ServerConnection = {
    get clientAddress() {
      return clientAddress;
    },
    get tls() {
      return tls;
    },
    async readAnnouncement() {
      const header = await connection.readLine('a PROXY header', { limit: 107, withinMs: HANDSHAKE_MS });
      const words = header.kind === 'line' ? header.bytes.toString('latin1').split(' ') : [];
      const [proxy, , address] = words;
      if (proxy !== 'PROXY' || address === undefined) throw new SessionEnded('a PROXY header');
      clientAddress = address;
    },
    readLine(awaited, { limit, withinMs, beyond = 'swallow' }) {
      let swallowed = 0;
      let searched = 0;
      return awaitValue<Input>(
        () => {
          const end = unread.indexOf(CRLF, Math.max(0, searched - 1));
          searched = unread.length;
          if (beyond === 'cut' && (end < 0 ? unread.length : end) > limit) {
            const bytes = unread.subarray(0, limit);
            unread = unread.subarray(limit);
            return { kind: 'line', bytes };
          }
          if (end < 0) {
            if (unread.length > limit + CRLF.length) {
              // The last octet stays: it may be the CR of the terminator.
              swallowed += unread.length - 1;
              unread = unread.subarray(-1);
              searched = 0;
            }
            return undefined;
          }
          const bytes = unread.subarray(0, end);
          unread = unread.subarray(end + CRLF.length);
          const octets = swallowed + bytes.length;
          return octets > limit ? { kind: 'overlong', octets } : { kind: 'line', bytes };
        },
        awaited,
        withinMs,
      );
    },
    async readOctets(count, awaited, withinMs) {
      const parts: Buffer[] = [];
      for (let missing = count; missing > 0; ) {
        const part = await awaitValue(
          () => {
            if (unread.length === 0) return undefined;
            const taken = unread.subarray(0, missing);
            unread = unread.subarray(taken.length);
            return taken;
          },
          awaited,
          withinMs,
        );
        parts.push(part);
        missing -= part.length;
      }
      return Buffer.concat(parts);
    },
    peekOctet: (awaited, withinMs) => awaitValue(() => unread[0], awaited, withinMs),
    hasLine: () => unread.includes(CRLF),
    takeUnread() {
      const taken = unread;
      unread = Buffer.alloc(0);
      return taken;
    },
    putBack(octets) {
      unread = Buffer.concat([octets, unread]);
    },
    async send(octets) {
      await sendAndTakeUnread(octets, false);
    },
    sendAndTakeUnread: (octets) => sendAndTakeUnread(octets, true),
    pause,
    async startTls(context, { asksForCertificate } = { asksForCertificate: false }) {
      if (gone || inputEnded) throw new SessionEnded('the TLS handshake');
      detach();
      if (unread.length > 0) tcp.unshift(unread);
      unread = Buffer.alloc(0);
      const secure = new TLSSocket(tcp, {
        isServer: true,
        secureContext: context,
        requestCert: asksForCertificate,
        rejectUnauthorized: false,
      });
      let established = false;
      secure.once('secure', () => {
        established = true;
        changed();
      });
      // Node reports a failed handshake of a socket that belongs to no tls.Server here and nowhere else.
      secure.on('_tlsError', () => secure.destroy());
      attach(secure);
      const deadline = performance.now() + HANDSHAKE_MS;
      while (!established) {
        if (gone || inputEnded) throw new SessionEnded('the TLS handshake');
        const left = deadline - performance.now();
        if (left <= 0) throw new IdleTooLong(HANDSHAKE_MS, 'the TLS handshake');
        await nextChange(Math.ceil(left));
      }
      tls = secure;
    },
    finish() {
      if (gone || finishing) return;
      finishing = true;
      unread = Buffer.alloc(0);
      stream.resume();
      stream.end();
      if (inputEnded) stream.once('finish', () => stream.destroy());
      after(FAREWELL_MS, () => stream.destroy());
    },
    destroy() {
      stream.destroy();
      tcp.destroy();
    },
  };
  return connection;
}
