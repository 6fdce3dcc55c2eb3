import type { SecureContext } from 'node:tls';
import { CRLF } from '../../wire/bytes.ts';
import type { ServerConnection } from './connection.ts';

/** First octet of a TLS record that carries a handshake message (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;

/** What a server does around the upgrade to TLS; everything but the defaults is a fault. */
export interface UpgradeConduct {
  /** Whole lines that were already there when the go-ahead was given; `discard` is right (RFC 3207 §4.2). */
  readonly bufferedLines: 'discard' | 'execute-in-clear' | 'execute-inside-tls' | 'execute-late';
  /** What was there behind the last of those lines. */
  readonly bufferedTail: 'discard' | 'keep';
  /** What the go-ahead is followed by; `handshake` is right. */
  readonly afterGoAhead: 'handshake' | 'close' | 'execute-clear' | 'return-to-clear';
}

export interface UpgradeSteps {
  readonly conduct: UpgradeConduct;
  readonly context: SecureContext;
  /** Whether the client is asked for a certificate, which may be any. */
  readonly asksForCertificate?: boolean;
  /** The positive reply to the upgrade command. */
  readonly goAhead: Buffer;
  /** Reply to clear octets where a fault returns to the clear. */
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
 * dropped, octets behind it belong to TLS.
 * @returns how the connection goes on
 */
export async function upgrade(
  connection: ServerConnection,
  steps: UpgradeSteps,
): Promise<'tls' | 'clear' | 'closed'> {
  const { conduct, goAhead, complaint, idleMs } = steps;
  const buffered = await connection.sendAndTakeUnread(goAhead);
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
