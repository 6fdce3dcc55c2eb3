import type { SecureContext } from 'node:tls';
import { CRLF } from '../../wire/bytes.ts';
import { cipherSuite } from '../../wire/cipher-suites.ts';
import { EXTENSION, TLS_VERSIONS } from '../../wire/tls-numbers.ts';
import { readOfferedHello } from '../tls/client-hello.ts';
import type { ServerConnection } from './connection.ts';

/** First octet of a TLS record that carries a handshake message (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;
const RECORD_HEADER = 5;
const TLS13 = Buffer.of(3, 4);

/** What a server does around the upgrade to TLS; everything but the defaults and `refuse-in-clear` is a fault. */
export interface UpgradeConduct {
  /** Whole lines that were already there when the go-ahead was given; `discard` is right (RFC 3207 §4.2). */
  readonly bufferedLines: 'discard' | 'execute-in-clear' | 'execute-inside-tls' | 'execute-late';
  /** What was there after the last of those lines. */
  readonly bufferedTail: 'discard' | 'keep';
  /** What the go-ahead is followed by; `handshake` is right. */
  readonly afterGoAhead: 'handshake' | 'refuse-in-clear' | 'close' | 'execute-clear' | 'return-to-clear';
}

export interface UpgradeSteps {
  readonly conduct: UpgradeConduct;
  readonly context: SecureContext;
  /** Whether the client is asked for a certificate, which may be any. */
  readonly asksForCertificate?: boolean;
  /** The positive reply to the upgrade command. */
  readonly goAhead: Buffer;
  /** Reply to what leads to no TLS, where that is given in the clear. */
  readonly complaint: Buffer;
  /** Idle limit of the protocol, in milliseconds. */
  readonly idleMs: number;
  /** Forgets what the client said in the clear; runs when TLS is up, before anything is read inside it. */
  forget(): void;
  /** Reads and executes one command. */
  execute(): Promise<unknown>;
}

/**
 * Answers an upgrade command and completes the handshake. Octets that came before the go-ahead are
 * dropped, octets after it belong to TLS.
 * @returns how the connection goes on
 */
export async function upgrade(
  connection: ServerConnection,
  steps: UpgradeSteps,
): Promise<'tls' | 'clear' | 'closed'> {
  const { conduct, goAhead, complaint, idleMs } = steps;
  const buffered = await connection.sendAndTakeUnread(goAhead);
  if (conduct.afterGoAhead === 'refuse-in-clear') {
    connection.putBack(buffered);
    if (!(await isAcceptableHello(connection, idleMs))) {
      await connection.send(complaint);
      return 'clear';
    }
  }
  const linesEnd = buffered.lastIndexOf(CRLF);
  const wholeLines = buffered.subarray(0, linesEnd < 0 ? 0 : linesEnd + CRLF.length);
  const tail = buffered.subarray(wholeLines.length);

  if (conduct.bufferedLines === 'execute-in-clear') {
    connection.putBack(wholeLines);
    while (connection.hasLine()) await steps.execute();
  }
  if (conduct.afterGoAhead === 'close') {
    connection.finish();
    return 'closed';
  }
  if (conduct.afterGoAhead === 'execute-clear') {
    while ((await connection.peekOctet('a ClientHello', idleMs)) !== TLS_HANDSHAKE) await steps.execute();
  }
  if (conduct.afterGoAhead === 'return-to-clear') {
    if ((await connection.peekOctet('a ClientHello', idleMs)) !== TLS_HANDSHAKE) {
      await connection.readLine('the rest of a line that is no ClientHello', {
        limit: 2_048,
        withinMs: idleMs,
      });
      await connection.send(complaint);
      return 'clear';
    }
  }
  await connection.startTls(steps.context, { asksForCertificate: steps.asksForCertificate ?? false });
  steps.forget();
  if (conduct.bufferedTail === 'keep') connection.putBack(tail);
  if (conduct.bufferedLines === 'execute-inside-tls') connection.putBack(wholeLines);
  if (conduct.bufferedLines === 'execute-late' && wholeLines.length > 0) {
    await connection.peekOctet('the first command inside TLS', idleMs);
    connection.putBack(wholeLines);
  }
  return 'tls';
}

/**
 * Whether a ClientHello of today follows, as every octet after the upgrade command counts as TLS; it is left unread.
 * Of anything else a record header is taken away, and what stands after it is left for an ordinary session.
 */
async function isAcceptableHello(connection: ServerConnection, idleMs: number): Promise<boolean> {
  const header = await connection.readOctets(RECORD_HEADER, 'a record header', idleMs);
  if (header[0] !== TLS_HANDSHAKE) return false;
  const content = await connection.readOctets(header.readUInt16BE(3), 'a ClientHello', idleMs);
  const hello = readOfferedHello(content);
  const isNew = hello?.extensions.get(EXTENSION.supportedVersions)?.includes(TLS13) ?? false;
  const isTls12 = hello?.version === TLS_VERSIONS['TLSv1.2'];
  if (
    !isNew &&
    !(isTls12 && hello.suites.map(cipherSuite).some((suite) => suite.aead && suite.forwardSecret))
  )
    return false;
  connection.putBack(Buffer.concat([header, content]));
  return true;
}
