import type { ClientHello } from './client-hello.ts';
import type { Connection } from './connection.ts';
import { pause } from './pause.ts';

/** TLS 1.2 suites, weak ones first: a client hardly offers all of them. */
const CANDIDATES = [0x0004, 0x0005, 0x000a, 0x0016, 0x0035, 0x002f, 0x003c, 0x009c];
/** How long to listen for the answer of the client, in milliseconds. */
const LISTEN = 2_000;
const HANDSHAKE = 0x16;
const SERVER_HELLO = 2;
const TLS_1_2 = Buffer.from([0x03, 0x03]);

/** A ServerHello (RFC 5246 7.4.1.3) that selects what was not offered. */
export function unofferedServerHello({ suites }: Pick<ClientHello, 'suites'>): Buffer {
  const suite = CANDIDATES.find((candidate) => !suites.includes(candidate)) ?? 0;
  const random = Buffer.alloc(32, 0x5a);
  const body = Buffer.concat([TLS_1_2, random, Buffer.from([0, suite >> 8, suite & 0xff, 0])]);
  const message = Buffer.concat([Buffer.from([SERVER_HELLO, 0, 0, body.length]), body]);
  return Buffer.concat([Buffer.from([HANDSHAKE]), TLS_1_2, Buffer.from([0, message.length]), message]);
}

/** Everything that the client sends until it ends the connection, or for a while. */
export async function answerOf(connection: Connection): Promise<Buffer> {
  const parts: Buffer[] = [];
  let over = false;
  const listen = async (): Promise<void> => {
    for (;;) {
      const some = await connection.input.readSome();
      if (some === null || over) return;
      parts.push(some);
    }
  };
  await Promise.race([listen(), pause(LISTEN, connection.signal)]);
  over = true;
  return Buffer.concat(parts);
}
