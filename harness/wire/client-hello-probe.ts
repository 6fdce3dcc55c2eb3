import { type ClientHelloOptions, clientHello } from './client-hello.ts';
import {
  type NotTls,
  notTls,
  readAlert,
  readMessage,
  readRecordHeader,
  readServerHello,
  type ServerHello,
  type TlsAlert,
} from './client-hello-answer.ts';
import {
  readSslv2Answer,
  type Sslv2Answer,
  sslv2ClientHello,
  sslv2RecordLength,
} from './client-hello-sslv2.ts';
import type { Connection } from './connection.ts';
import { ConnectionEnded, Silence } from './failures.ts';
import { HANDSHAKE, RECORD } from './tls-numbers.ts';

/** No answer: the server ended the connection, or said nothing. */
export type NoAnswer =
  | { readonly kind: 'closed'; readonly how: ConnectionEnded['how']; readonly text: string }
  | { readonly kind: 'silence'; readonly waitedMs: number; readonly text: string };

export type HelloAnswer = ServerHello | TlsAlert | NotTls | NoAnswer;

const RECORD_HEADER = 5;

/**
 * Sends a ClientHello on a plain connection, at once or after the go-ahead to STARTTLS, and reads what
 * the server makes of it. Independent of the TLS library of this machine, so that a refusal is the
 * server's. The connection is of no further use.
 */
export function probeHello(
  connection: Connection,
  options: ClientHelloOptions,
  withinMs?: number,
): Promise<HelloAnswer> {
  return answerTo(connection, options, readServerHello, withinMs);
}

/** A ServerHello of TLS 1.2 or older, and what the server brings to a finite-field Diffie-Hellman exchange. */
export interface FiniteFieldAnswer extends ServerHello {
  /** Length of the prime (RFC 5246 §7.4.3); undefined where no ephemeral key of this kind was chosen. */
  readonly primeBits: number | undefined;
}

/** As `probeHello`, and reads on to the key exchange of the server where a suite with DHE was chosen. */
export function probeFiniteField(
  connection: Connection,
  options: ClientHelloOptions,
  withinMs?: number,
): Promise<FiniteFieldAnswer | Exclude<HelloAnswer, ServerHello>> {
  const read = (octets: Buffer, warnings: readonly string[]) => {
    const hello = readServerHello(octets, warnings);
    if (hello?.kind !== 'server-hello') return hello;
    if (!hello.suite.finiteField) return { ...hello, primeBits: undefined };
    const message = readMessage(octets, HANDSHAKE.serverKeyExchange);
    if (!message) return undefined;
    const primeBits = bitsOf(message.subarray(2, 2 + message.readUInt16BE(0)));
    return { ...hello, primeBits, text: `${hello.text}, a prime of ${primeBits} bits` };
  };
  return answerTo(connection, options, read, withinMs);
}

function bitsOf(number: Buffer): number {
  const first = number.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : 8 * (number.length - first) - Math.clz32(number[first] ?? 0) + 24;
}

/** @param read makes something of the handshake octets so far; undefined where more are needed */
async function answerTo<Answer>(
  connection: Connection,
  options: ClientHelloOptions,
  read: (handshake: Buffer, warnings: readonly string[]) => Answer | undefined,
  withinMs: number | undefined,
): Promise<Answer | TlsAlert | NotTls | NoAnswer> {
  connection.send(clientHello(options));
  const warnings: TlsAlert[] = [];
  let handshake: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const header = await connection.readOctets(RECORD_HEADER, 'the answer to a ClientHello', withinMs);
      const record = readRecordHeader(header);
      if (!record) return notTls(Buffer.concat([header, connection.pending()]));
      const content = await connection.readOctets(record.length, 'the rest of a TLS record', withinMs);
      if (record.type === RECORD.alert) {
        const alert = readAlert(content);
        if (alert.kind === 'not-tls' || alert.level === 'fatal' || warnings.length === WARNING_LIMIT)
          return alert;
        warnings.push(alert);
        continue;
      }
      handshake = Buffer.concat([handshake, content]);
      if (handshake.length > HANDSHAKE_LIMIT) return notTls(handshake);
      const answer = read(
        handshake,
        warnings.map(({ description }) => description),
      );
      if (answer) return answer;
    }
  } catch (thrown) {
    return unanswered(thrown, connection, warnings.at(-1));
  }
}

/** No server sends more before its key exchange is over. */
const HANDSHAKE_LIMIT = 1_048_576;

/** A server that only warns is refusing. */
const WARNING_LIMIT = 8;

/** As `probeHello`, with the CLIENT-HELLO of SSL 2.0 and all its ciphers. */
export async function probeSslv2(
  connection: Connection,
  withinMs?: number,
): Promise<Sslv2Answer | TlsAlert | NotTls | NoAnswer> {
  connection.send(sslv2ClientHello());
  try {
    const start = await connection.readOctets(2, 'the answer to an SSLv2 CLIENT-HELLO', withinMs);
    const length = sslv2RecordLength(start);
    if (length !== undefined)
      return readSslv2Answer(await connection.readOctets(length, 'the rest of an SSLv2 record', withinMs));
    const header = Buffer.concat([
      start,
      await connection.readOctets(RECORD_HEADER - start.length, 'the rest of a TLS record header', withinMs),
    ]);
    const record = readRecordHeader(header);
    if (record?.type !== RECORD.alert) return notTls(Buffer.concat([header, connection.pending()]));
    return readAlert(await connection.readOctets(record.length, 'the rest of a TLS record', withinMs));
  } catch (thrown) {
    return unanswered(thrown, connection, undefined);
  }
}

function unanswered(
  thrown: unknown,
  connection: Connection,
  warning: TlsAlert | undefined,
): TlsAlert | NotTls | NoAnswer {
  if (!(thrown instanceof ConnectionEnded) && !(thrown instanceof Silence)) throw thrown;
  if (warning) return warning;
  const rest = connection.pending();
  if (rest.length > 0) return notTls(rest);
  return thrown instanceof ConnectionEnded
    ? { kind: 'closed', how: thrown.how, text: `end of the connection (${thrown.how})` }
    : { kind: 'silence', waitedMs: thrown.waitedMs, text: `no answer within ${thrown.waitedMs} ms` };
}
