import { type ClientHelloOptions, clientHello } from './client-hello.ts';
import {
  type NotTls,
  notTls,
  readAlert,
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
import { RECORD } from './tls-numbers.ts';

/** No answer: the server ended the connection, or said nothing. */
export type NoAnswer =
  | { readonly kind: 'closed'; readonly how: ConnectionEnded['how']; readonly text: string }
  | { readonly kind: 'silence'; readonly waitedMs: number; readonly text: string };

export type HelloAnswer = ServerHello | TlsAlert | NotTls | NoAnswer;

const RECORD_HEADER = 5;

/**
 * Sends a ClientHello on a plain connection, at once or behind the go-ahead to STARTTLS, and reads what
 * the server makes of it. Independent of the TLS library of this machine, so that a refusal is the
 * server's. The connection is of no further use.
 */
export async function probeHello(
  connection: Connection,
  options: ClientHelloOptions,
  withinMs?: number,
): Promise<HelloAnswer> {
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
      const hello = readServerHello(
        handshake,
        warnings.map(({ description }) => description),
      );
      if (hello) return hello;
    }
  } catch (thrown) {
    return unanswered(thrown, connection, warnings.at(-1));
  }
}

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
