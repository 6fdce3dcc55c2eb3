import { line, lines } from '../wire/bytes.ts';
import type { Connection } from '../wire/connection.ts';
import { dotStuff } from '../wire/dot-stuffing.ts';
import type { TlsOptions } from '../wire/tls.ts';
import { type Answer, answerOf } from './answer.ts';
import { commandWord } from './command-word.ts';
import { parseEhlo, type SmtpCapabilities } from './smtp-capabilities.ts';
import { readSmtpReply, type SmtpReply } from './smtp-reply.ts';

/** A scripted SMTP client: it sends what it is told and reads what comes (RFC 5321, 3207). */
export interface SmtpClient {
  readonly connection: Connection;
  /** The greeting, read when the client was made. */
  readonly greeting: SmtpReply;
  /** What the last EHLO announced; undefined before the first and after TLS began. */
  readonly capabilities: SmtpCapabilities | undefined;
  /**
   * Sends one command and reads its reply.
   * @throws Silence, ConnectionEnded, Malformed
   */
  command(text: string, secrets?: readonly Uint8Array[]): Promise<SmtpReply>;
  /** As `command`, with an end of the connection and silence as data. */
  attempt(
    text: string,
    options?: { readonly withinMs?: number; readonly secrets?: readonly Uint8Array[] },
  ): Promise<Answer<SmtpReply>>;
  /** EHLO and its capabilities; `capabilities` stays undefined when the reply is not 250. */
  ehlo(name?: string): Promise<SmtpReply>;
  /** STARTTLS and, after a 220, the handshake; returns the reply either way. */
  startTls(options?: TlsOptions): Promise<SmtpReply>;
  /** Sends several commands in one segment without waiting (RFC 2920) and reads as many replies. */
  pipeline(...texts: readonly string[]): Promise<SmtpReply[]>;
  /** DATA and, after a 354, the message, dot-stuffed; returns the reply that decided. */
  data(message: Buffer): Promise<SmtpReply>;
  /** Octets as they are, in one segment. */
  raw(bytes: Buffer, secrets?: readonly Uint8Array[]): void;
  /** The next reply. */
  reply(awaited: string, withinMs?: number): Promise<SmtpReply>;
  /** QUIT, the reply if there is one, and the end of the connection. */
  quit(): Promise<void>;
}

/**
 * A client on an open connection; reads the greeting.
 * @param helloName the name that EHLO gives where the script names none
 * @throws Silence, ConnectionEnded, Malformed when no greeting comes
 */
export async function createSmtpClient(connection: Connection, helloName: string): Promise<SmtpClient> {
  const greeting = await readSmtpReply(connection, 'the SMTP greeting');
  let capabilities: SmtpCapabilities | undefined;

  const command = (text: string, secrets: readonly Uint8Array[] = []) => {
    connection.send(line(text), secrets);
    return readSmtpReply(connection, `the reply to ${commandWord(text)}`);
  };

  return {
    connection,
    greeting,
    get capabilities() {
      return capabilities;
    },
    command,
    attempt(text, { withinMs, secrets = [] } = {}) {
      connection.send(line(text), secrets);
      return answerOf(readSmtpReply(connection, `the reply to ${commandWord(text)}`, withinMs));
    },
    async ehlo(name = helloName) {
      const reply = await command(`EHLO ${name}`);
      capabilities = reply.code === 250 ? parseEhlo(reply) : undefined;
      return reply;
    },
    async startTls(options) {
      const reply = await command('STARTTLS');
      if (reply.code === 220) {
        await connection.startTls(options);
        capabilities = undefined;
      }
      return reply;
    },
    async pipeline(...texts) {
      connection.send(lines(...texts));
      const replies: SmtpReply[] = [];
      for (const text of texts)
        replies.push(await readSmtpReply(connection, `the reply to ${commandWord(text)}`));
      return replies;
    },
    async data(message) {
      const start = await command('DATA');
      if (start.code !== 354) return start;
      connection.send(dotStuff(message));
      return readSmtpReply(connection, 'the reply to the end of data');
    },
    raw: (bytes, secrets) => connection.send(bytes, secrets),
    reply: (awaited, withinMs) => readSmtpReply(connection, awaited, withinMs),
    async quit() {
      if (!connection.ended) await answerOf(command('QUIT')).catch(() => undefined);
      connection.close();
    },
  };
}
