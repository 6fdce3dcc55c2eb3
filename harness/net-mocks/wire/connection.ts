import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { findHandshake, holdsRecord, readClientHello } from './client-hello.ts';
import { createInputQueue, type InputQueue } from './input-queue.ts';
import { type Endpoint, peerOf } from './listen.ts';
import { resetSocket } from './reset.ts';
import { acceptTls, noHandshake, type TlsFacts } from './tls-handshake.ts';
import { type Channel, createTranscript, type Transcript } from './transcript.ts';

/** How a connection ended, seen from us. */
export type Ending = 'closed-by-peer' | 'reset-by-peer' | 'closed-by-us' | 'reset-by-us' | 'timed-out';

/** One accepted connection with everything it carried; the owner of its socket. */
export interface Connection {
  readonly peer: Endpoint;
  readonly local: Endpoint;
  readonly transcript: Transcript;
  readonly channel: Channel;
  /** Octets of the current channel. */
  readonly input: InputQueue;
  /** Null while the connection lives. */
  readonly ending: Ending | null;
  /** Resolves when the socket is gone. */
  readonly gone: Promise<Ending>;
  /** Aborts when the socket is gone. */
  readonly signal: AbortSignal;
  /** `recorded` stands in the transcript instead, where the octets hold a secret. */
  write(bytes: Buffer, recorded?: Buffer): void;
  /** Sends FIN (inside TLS: close_notify first) after what was written. */
  end(): void;
  reset(): void;
  /** Ends without ceremony when our side is shut down. */
  destroy(): void;
  /** From now on octets are held back from the transcript, because they may be a TLS handshake. */
  expectHandshake(): void;
  /**
   * Waits for the first TLS message. `before` is what came in front of it since `expectHandshake` or was
   * still unread then; `hello` is null when the peer ended or sent only other things.
   */
  readHello(): Promise<{ before: Buffer; hello: Buffer | null }>;
  /** Completes the handshake that began with `hello`; afterwards the channel is `tls`. */
  startTls(options: TlsOptions, hello: Buffer): Promise<TlsFacts>;
}

/** More than this in front of a ClientHello is not an attempt to start TLS. */
const MOST_BEFORE_HELLO = 65_536;

/** Takes over a fresh socket. `idleMs` without an octet in either direction end it, and more octets than `most`. */
export function openConnection(
  raw: Socket,
  idleMs: number,
  most: number = Number.POSITIVE_INFINITY,
): Connection {
  const transcript = createTranscript();
  let octets = 0;
  const stop = new AbortController();
  const peer = peerOf(raw);
  const local: Endpoint = { address: raw.localAddress ?? '', port: raw.localPort ?? 0 };
  let socket: Socket = raw;
  let channel: Channel = 'plain';
  let input = createInputQueue();
  let holdBack = false;
  let intended: Ending | null = null;
  let ending: Ending | null = null;
  const { promise: gone, resolve: resolveGone } = Promise.withResolvers<Ending>();

  const finish = (): void => {
    if (ending !== null) return;
    ending = intended ?? 'closed-by-peer';
    transcript.mark(ending);
    input.end();
    stop.abort();
    resolveGone(ending);
  };
  const onData = (chunk: Buffer): void => {
    octets += chunk.length;
    if (octets > most) {
      intended ??= 'closed-by-us';
      raw.destroy();
      return;
    }
    if (!holdBack) transcript.record('received', channel, chunk);
    input.push(chunk);
  };
  const onEnd = (): void => {
    intended ??= 'closed-by-peer';
    input.end();
  };
  const attach = (): void => {
    socket.on('data', onData);
    socket.on('end', onEnd);
  };

  raw.setNoDelay(true);
  const onIdle = (): void => {
    intended ??= 'timed-out';
    raw.destroy();
  };
  raw.setTimeout(idleMs, onIdle);
  const onError = (problem: NodeJS.ErrnoException): void => {
    if (problem.code === 'ECONNRESET' || problem.code === 'EPIPE') intended ??= 'reset-by-peer';
    raw.destroy();
  };
  raw.on('error', onError);
  raw.on('close', finish);
  attach();

  return {
    peer,
    local,
    transcript,
    gone,
    signal: stop.signal,
    get channel() {
      return channel;
    },
    get input() {
      return input;
    },
    get ending() {
      return ending;
    },
    write(bytes, recorded = bytes) {
      if (!socket.writable || raw.destroyed || bytes.length === 0) return;
      transcript.record('sent', channel, recorded);
      socket.write(bytes);
    },
    end() {
      intended ??= 'closed-by-us';
      socket.end();
    },
    reset() {
      intended ??= 'reset-by-us';
      resetSocket(raw);
    },
    destroy() {
      intended ??= 'closed-by-us';
      socket.destroy();
      raw.destroy();
    },
    expectHandshake() {
      holdBack = true;
    },
    async readHello() {
      let bytes = input.drain();
      let recorded = bytes.length;
      const remember = (upTo: number): void => {
        if (upTo > recorded) transcript.record('received', channel, bytes.subarray(recorded, upTo));
        recorded = Math.max(recorded, upTo);
      };
      for (;;) {
        const at = findHandshake(bytes);
        if (at >= 0 && holdsRecord(bytes.subarray(at))) {
          remember(at);
          return { before: bytes.subarray(0, at), hello: bytes.subarray(at) };
        }
        const more = bytes.length > MOST_BEFORE_HELLO ? null : await input.readSome();
        if (more === null) {
          remember(bytes.length);
          return { before: bytes, hello: null };
        }
        bytes = Buffer.concat([bytes, more]);
      }
    },
    async startTls(options, hello) {
      const clientHello = readClientHello(hello);
      if (ending !== null)
        return noHandshake(clientHello, 'CLOSED', 'the connection was gone before the handshake');
      raw.off('data', onData);
      raw.off('end', onEnd);
      raw.pause();
      raw.unshift(hello);
      // TLSSocket takes this over; half-open it would not notice a client that leaves during the handshake.
      raw.allowHalfOpen = false;
      const { socket: secure, facts } = await acceptTls(raw, options, clientHello);
      if (secure === null) {
        transcript.mark(`TLS handshake failed: ${facts.failure?.message ?? 'no reason given'}`);
        raw.destroy();
        return facts;
      }
      transcript.mark(`TLS established: ${facts.version ?? ''} ${facts.cipher ?? ''}`);
      socket = secure;
      channel = 'tls';
      holdBack = false;
      input = createInputQueue();
      raw.setTimeout(0);
      secure.setTimeout(idleMs, onIdle);
      secure.on('error', onError);
      secure.on('close', finish);
      if (ending !== null) input.end();
      attach();
      return facts;
    },
  };
}
