import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Endpoint } from '../../model/endpoint.ts';
import { CRLF, line } from '../../wire/bytes.ts';
import { meetsItself } from '../../wire/open-socket.ts';

/** How long a test waits for octets that must come, in milliseconds. */
const PATIENCE_MS = 5_000;

/** A client of the tests, independent of the clients that audits use: octets out, lines in. */
export interface RawClient {
  readonly socket: Socket;
  readonly tlsSocket: TLSSocket | undefined;
  write(octets: Buffer | string): void;
  /** Writes one line. */
  say(text: string): void;
  /** The next line, without CRLF. */
  line(): Promise<string>;
  octets(count: number): Promise<Buffer>;
  /** The next SMTP reply, its lines joined by `|`. */
  reply(): Promise<string>;
  /** Says something and returns the SMTP reply. */
  ask(text: string): Promise<string>;
  /** Says something and returns one line. */
  askLine(text: string): Promise<string>;
  /** The lines up to the one that is a single dot, without it. */
  untilDot(): Promise<string[]>;
  /** Says an IMAP command and returns all lines up to its tagged response. */
  imap(tag: string, command: string): Promise<string[]>;
  /**
   * What comes within `ms`, taken away, with visible line ends; with `firstMs` the time begins at the first
   * octet, for which it waits that long.
   */
  within(ms: number, firstMs?: number): Promise<string>;
  /** Starts TLS; rejects when no handshake comes about. */
  tls(options?: ConnectionOptions): Promise<void>;
  /** Resolves when the server ends the connection. */
  ended(): Promise<void>;
  close(): void;
}

export async function openRaw(endpoint: Endpoint | undefined, localAddress?: string): Promise<RawClient> {
  if (!endpoint) throw new Error('The role does not listen.');
  const tcp = connect({ ...endpoint, ...(localAddress ? { localAddress } : {}), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    tcp.once('connect', () => {
      // Nobody listens there: the error is that of a closed port.
      if (meetsItself(tcp))
        reject(Object.assign(new Error('The connection met itself.'), { code: 'ECONNREFUSED' }));
      else resolve();
    });
    tcp.once('error', reject);
  });
  let socket: Socket = tcp;
  let tlsSocket: TLSSocket | undefined;
  let unread: Buffer = Buffer.alloc(0);
  let over = false;
  let wake: () => void = () => undefined;

  const onData = (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    wake();
  };
  const onEnd = () => {
    over = true;
    wake();
  };
  const attach = (to: Socket) => {
    socket = to;
    to.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onEnd);
  };
  attach(tcp);

  const change = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function take<T>(attempt: () => T | undefined, what: string): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const value = attempt();
      if (value !== undefined) return value;
      const left = deadline - performance.now();
      if (over || left <= 0) {
        throw new Error(
          `Expected ${what}, found ${over ? 'the end' : 'silence'} after ${JSON.stringify(unread.toString())}.`,
        );
      }
      await change(left);
    }
  }

  const client: RawClient = {
    get socket() {
      return socket;
    },
    get tlsSocket() {
      return tlsSocket;
    },
    write: (octets) => void socket.write(octets),
    say: (text) => void socket.write(line(text)),
    line: () =>
      take(() => {
        const end = unread.indexOf(CRLF);
        if (end < 0) return undefined;
        const text = unread.subarray(0, end).toString();
        unread = unread.subarray(end + CRLF.length);
        return text;
      }, 'a line'),
    octets: (count) =>
      take(() => {
        if (unread.length < count) return undefined;
        const taken = unread.subarray(0, count);
        unread = unread.subarray(count);
        return taken;
      }, `${count} octets`),
    async reply() {
      const parts: string[] = [];
      for (;;) {
        const text = await client.line();
        parts.push(text);
        if (text[3] !== '-') return parts.join('|');
      }
    },
    ask(text) {
      client.say(text);
      return client.reply();
    },
    askLine(text) {
      client.say(text);
      return client.line();
    },
    async untilDot() {
      const found: string[] = [];
      for (let text = await client.line(); text !== '.'; text = await client.line()) found.push(text);
      return found;
    },
    async imap(tag, command) {
      client.say(`${tag} ${command}`);
      const found: string[] = [];
      do found.push(await client.line());
      while (!found.at(-1)?.startsWith(`${tag} `));
      return found;
    },
    async within(ms, firstMs = 0) {
      const begin = performance.now() + firstMs;
      for (let left = firstMs; left > 0 && unread.length === 0 && !over; left = begin - performance.now()) {
        await change(left);
      }
      const deadline = performance.now() + ms;
      for (let left = ms; left > 0 && !over; left = deadline - performance.now()) await change(left);
      const taken = unread.toString();
      unread = Buffer.alloc(0);
      return taken.split(CRLF.toString()).join('|');
    },
    async tls(options = {}) {
      for (const event of ['data', 'end', 'close']) tcp.removeAllListeners(event);
      tcp.pause();
      const secure = connectTls({ socket: tcp, rejectUnauthorized: false, ...options });
      await new Promise<void>((resolve, reject) => {
        secure.once('secureConnect', resolve);
        secure.once('error', reject);
        secure.once('close', () => reject(new Error('closed during the handshake')));
      });
      tlsSocket = secure;
      attach(secure);
    },
    ended: () => take(() => (over ? true : undefined), 'the end of the connection').then(() => undefined),
    close: () => {
      socket.destroy();
      tcp.destroy();
    },
  };
  return client;
}
