import { createHash } from 'node:crypto';
import { line } from '../wire/bytes.ts';
import type { Connection } from '../wire/connection.ts';
import type { TlsOptions } from '../wire/tls.ts';
import { type Answer, answerOf } from './answer.ts';
import { commandWord } from './command-word.ts';
import { type Pop3Capabilities, parseCapa } from './pop3-capabilities.ts';
import { joinLines, LISTING_LIMIT, MESSAGE_LIMIT, readMultiline } from './pop3-multiline.ts';
import { apopTimestamp, type Pop3Reply, readPop3Reply } from './pop3-reply.ts';

export type { Pop3Capabilities, Pop3Reply };

/** A reply with what followed it; `lines` is empty where the status was not `+OK`. */
export interface Pop3Listing {
  readonly reply: Pop3Reply;
  /** Lines as sent, octets as Latin-1, dot-stuffing and terminators removed. */
  readonly lines: readonly string[];
}

/** Commands on their way at a time: few enough for any window of TCP. */
const PIPELINED = 20;

/** A scripted POP3 client: it sends what it is told and reads what comes (RFC 1939, 2449, 2595, 5034). */
export interface Pop3Client {
  readonly connection: Connection;
  /** The greeting, read when the client was made. */
  readonly greeting: Pop3Reply;
  /** The timestamp of the greeting, angle brackets included; undefined where APOP is not offered. */
  readonly apopTimestamp: string | undefined;
  /** What the last CAPA announced; undefined before the first, after a refused one and after TLS began. */
  readonly capabilities: Pop3Capabilities | undefined;
  /**
   * Sends one command and reads its status line.
   * @throws Silence, ConnectionEnded, Malformed
   */
  command(text: string, secrets?: readonly Uint8Array[]): Promise<Pop3Reply>;
  /** As `command`, with an end of the connection and silence as data. */
  attempt(
    text: string,
    options?: { readonly withinMs?: number; readonly secrets?: readonly Uint8Array[] },
  ): Promise<Answer<Pop3Reply>>;
  /** CAPA; `capabilities` is undefined when it was refused. */
  capa(): Promise<{
    readonly reply: Pop3Reply;
    readonly capabilities: ReadonlyMap<string, string> | undefined;
    readonly mechanisms: readonly string[];
  }>;
  /** STLS and, after a `+OK`, the handshake; returns the reply either way (RFC 2595 §4). */
  startTls(options?: TlsOptions): Promise<Pop3Reply>;
  /** LIST of all messages; `sizes` maps message number to octets and leaves out lines of another form. */
  list(): Promise<Pop3Listing & { readonly sizes: ReadonlyMap<number, number> }>;
  /** UIDL of all messages; `ids` maps message number to unique-id and leaves out lines of another form. */
  uidl(): Promise<Pop3Listing & { readonly ids: ReadonlyMap<number, string> }>;
  /** RETR; `bytes` is the message, every line ended by CRLF. */
  retr(message: number): Promise<{ readonly reply: Pop3Reply; readonly bytes: Buffer | undefined }>;
  /**
   * RETR of several messages, in their order, with `bytes` as of `retr`. Where CAPA lists PIPELINING, several commands
   * are on their way at a time (RFC 2449 §6.6).
   */
  retrEach(
    messages: readonly number[],
    take: (message: number, bytes: Buffer | undefined) => void,
  ): Promise<void>;
  /** TOP; `bytes` is the header, the empty line and the first `lines` lines of the body. */
  top(
    message: number,
    lines: number,
  ): Promise<{ readonly reply: Pop3Reply; readonly bytes: Buffer | undefined }>;
  /**
   * APOP with the MD5 of timestamp and secret (RFC 1939 §7); the digest is redacted in the record.
   * @param timestamp another timestamp than the one of the greeting
   * @throws Error when there is no timestamp
   */
  apop(login: string, secret: string, timestamp?: string): Promise<Pop3Reply>;
  /** USER and, after a `+OK`, PASS; returns the reply that decided. The password is redacted. */
  userPass(login: string, password: string): Promise<Pop3Reply>;
  /** Octets as they are, in one segment. */
  raw(bytes: Buffer, secrets?: readonly Uint8Array[]): void;
  /** The next status line. */
  reply(awaited: string, withinMs?: number): Promise<Pop3Reply>;
  /** The lines up to the dot that follow a `+OK` which was read already, dot-stuffing removed. */
  multiline(status: Pop3Reply, awaited: string): Promise<readonly Buffer[]>;
  /** QUIT, the reply if there is one, and the end of the connection. */
  quit(): Promise<void>;
}

/**
 * A client on an open connection; reads the greeting, which may be `-ERR`.
 * @throws Silence, ConnectionEnded, Malformed when no greeting comes
 */
export async function createPop3Client(connection: Connection): Promise<Pop3Client> {
  const greeting = await readPop3Reply(connection, 'the POP3 greeting');
  let capabilities: Pop3Capabilities | undefined;

  const command = (text: string, secrets: readonly Uint8Array[] = []) => {
    connection.send(line(text), secrets);
    return readPop3Reply(connection, `the reply to ${commandWord(text)}`);
  };
  const linesAfter = (text: string, reply: Pop3Reply, limit: number) =>
    reply.status === '+OK'
      ? readMultiline(connection, `the lines of ${commandWord(text)}`, reply.terminator, limit)
      : undefined;
  async function listing(text: string): Promise<Pop3Listing> {
    const reply = await command(text);
    const lines = (await linesAfter(text, reply, LISTING_LIMIT)) ?? [];
    return { reply, lines: lines.map((each) => each.toString('latin1')) };
  }
  async function messageAfter(text: string, reply: Pop3Reply) {
    const lines = await linesAfter(text, reply, MESSAGE_LIMIT);
    return { reply, bytes: lines && joinLines(lines) };
  }
  const message = async (text: string) => messageAfter(text, await command(text));

  return {
    connection,
    greeting,
    apopTimestamp: apopTimestamp(greeting),
    get capabilities() {
      return capabilities;
    },
    command,
    attempt(text, { withinMs, secrets = [] } = {}) {
      connection.send(line(text), secrets);
      return answerOf(readPop3Reply(connection, `the reply to ${commandWord(text)}`, withinMs));
    },
    async capa() {
      const reply = await command('CAPA');
      const lines = await linesAfter('CAPA', reply, LISTING_LIMIT);
      capabilities = lines && parseCapa(lines);
      return { reply, capabilities: capabilities?.keywords, mechanisms: capabilities?.mechanisms ?? [] };
    },
    async startTls(options) {
      const reply = await command('STLS');
      if (reply.status === '+OK') {
        await connection.startTls(options);
        capabilities = undefined;
      }
      return reply;
    },
    async list() {
      const { reply, lines } = await listing('LIST');
      const sizes = numbered(lines, /^(\d{1,10}) (\d{1,15})(?: |$)/);
      return { reply, lines, sizes: new Map([...sizes].map(([number, size]) => [number, Number(size)])) };
    },
    async uidl() {
      const { reply, lines } = await listing('UIDL');
      return { reply, lines, ids: numbered(lines, /^(\d{1,10}) ([\x21-\x7e]{1,70})$/) };
    },
    retr: (number) => message(`RETR ${number}`),
    async retrEach(messages, take) {
      const atOnce = capabilities?.keywords.has('PIPELINING') ? PIPELINED : 1;
      for (let from = 0; from < messages.length; from += atOnce) {
        const some = messages.slice(from, from + atOnce);
        connection.send(Buffer.concat(some.map((number) => line(`RETR ${number}`))));
        for (const number of some) {
          const text = `RETR ${number}`;
          const reply = await readPop3Reply(connection, `the reply to ${text}`);
          take(number, (await messageAfter(text, reply)).bytes);
        }
      }
    },
    top: (number, lines) => message(`TOP ${number} ${lines}`),
    apop(login, secret, timestamp = apopTimestamp(greeting)) {
      if (timestamp === undefined)
        throw new Error('APOP needs the timestamp of the greeting, and the greeting has none.');
      const digest = createHash('md5').update(timestamp, 'latin1').update(secret).digest('hex');
      return command(`APOP ${login} ${digest}`, [Buffer.from(digest)]);
    },
    async userPass(login, password) {
      const user = await command(`USER ${login}`);
      return user.status === '+OK' ? command(`PASS ${password}`, [Buffer.from(password)]) : user;
    },
    raw: (bytes, secrets) => connection.send(bytes, secrets),
    reply: (awaited, withinMs) => readPop3Reply(connection, awaited, withinMs),
    multiline: (status, awaited) => readMultiline(connection, awaited, status.terminator, MESSAGE_LIMIT),
    async quit() {
      if (!connection.ended) await answerOf(command('QUIT')).catch(() => undefined);
      connection.close();
    },
  };
}

/** Message number and value of the lines that have the form. */
function numbered(lines: readonly string[], form: RegExp): Map<number, string> {
  const found = new Map<number, string>();
  for (const text of lines) {
    const [, number, value] = form.exec(text) ?? [];
    if (number !== undefined && value !== undefined) found.set(Number(number), value);
  }
  return found;
}
