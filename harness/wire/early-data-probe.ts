import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { clientHello } from './client-hello.ts';
import { type NotTls, notTls, readAlert, readServerHello, type TlsAlert } from './client-hello-answer.ts';
import type { NoAnswer } from './client-hello-probe.ts';
import type { Connection } from './connection.ts';
import { ConnectionEnded, Silence } from './failures.ts';
import { EXTENSION, HANDSHAKE, RECORD } from './tls-numbers.ts';
import type { SessionTicket } from './tls-session-ticket.ts';
import { keySchedule, protectFirst, tls13Suite, trafficKey, unprotect } from './tls13-keys.ts';

/** What a server does with early data (RFC 8446 §4.2.10). */
export type EarlyDataAnswer =
  /** EncryptedExtensions carry `early_data`: the server will act on it, also when it is replayed. */
  | { readonly kind: 'accepted'; readonly text: string }
  /** The handshake goes on without it; `resumed`: by the ticket, otherwise as if there were none. */
  | { readonly kind: 'refused'; readonly resumed: boolean; readonly text: string }
  | TlsAlert
  | NotTls
  | NoAnswer;

const RECORD_HEADER = 5;
/** RFC 8446 §5.2. */
const RECORD_LIMIT = 16_640;

/**
 * Resumes a session of TLS 1.3 with early data and reads up to the message in which the server says
 * whether it takes them. The connection is of no further use. The connection that brought the ticket
 * must have ended in order (`halfClose`), or the server may have forgotten the session; a ticket may be
 * good for one attempt only.
 * @param data what is sent as early data, such as `NOOP` and a line end
 * @throws Error for a ticket of a suite that is not implemented here (`tls13Suite`)
 */
export async function probeEarlyData(
  connection: Connection,
  ticket: SessionTicket,
  data: Buffer,
  options: { readonly serverName?: string; readonly withinMs?: number } = {},
): Promise<EarlyDataAnswer> {
  const suite = tls13Suite(ticket.suite);
  if (!suite) throw new Error(`No early data can be sent with cipher suite 0x${ticket.suite.toString(16)}.`);
  const keys = keySchedule(suite, ticket.key);
  const pair = generateKeyPairSync('x25519');
  const { x = '' } = pair.publicKey.export({ format: 'jwk' });
  const { withinMs, serverName } = options;

  const binderOctets = suite.hashLength;
  const record = clientHello({
    version: 'TLSv1.3',
    cipherSuites: [ticket.suite],
    keyShares: [{ group: 'x25519', publicKey: Buffer.from(x, 'base64url') }],
    earlyData: true,
    extensions: [{ type: EXTENSION.preSharedKey, data: preSharedKey(ticket, binderOctets) }],
    ...(serverName === undefined ? {} : { serverName }),
  });
  const hello = record.subarray(RECORD_HEADER);
  // RFC 8446 §4.2.11.2: the binder covers the ClientHello up to the list of binders.
  const truncated = hello.subarray(0, -(binderOctets + 3));
  const binderKey = keys.derive(keys.earlySecret, 'res binder', Buffer.alloc(0));
  keys.finished(binderKey, truncated).copy(hello, hello.length - binderOctets);
  const earlySecret = keys.derive(keys.earlySecret, 'c e traffic', hello);
  const early = protectFirst(trafficKey(suite, keys, earlySecret), RECORD.applicationData, data);
  connection.send(Buffer.concat([record, early]));

  let serverHello: Buffer = Buffer.alloc(0);
  let serverSecret: Buffer | undefined;
  try {
    for (;;) {
      const header = await connection.readOctets(RECORD_HEADER, 'the answer to early data', withinMs);
      const [type, major] = header;
      const length = header.readUInt16BE(3);
      if (major !== 3 || length > RECORD_LIMIT) return notTls(Buffer.concat([header, connection.pending()]));
      const content = await connection.readOctets(length, 'the rest of a TLS record', withinMs);
      if (type === RECORD.changeCipherSpec) continue;
      if (type === RECORD.alert) return readAlert(content);
      if (type === RECORD.handshake && !serverSecret) {
        serverHello = Buffer.concat([serverHello, content]);
        const answer = readServerHello(serverHello, []);
        if (!answer) continue;
        if (answer.kind === 'not-tls') return answer;
        if (
          answer.version !== 'TLSv1.3' ||
          answer.retryRequest ||
          !answer.extensions.has(EXTENSION.preSharedKey)
        )
          return refused(false);
        const share = answer.extensions.get(EXTENSION.keyShare);
        if (answer.suite.number !== ticket.suite || share?.length !== 36) return notTls(serverHello);
        const shared = diffieHellman({
          privateKey: pair.privateKey,
          publicKey: x25519Key(share.subarray(4)),
        });
        const salt = keys.derive(keys.earlySecret, 'derived', Buffer.alloc(0));
        const secret = keys.extract(salt, shared);
        serverSecret = keys.derive(secret, 's hs traffic', Buffer.concat([hello, serverHello]));
        continue;
      }
      if (type !== RECORD.applicationData || !serverSecret) return notTls(Buffer.concat([header, content]));
      const opened = unprotect(trafficKey(suite, keys, serverSecret), header, content);
      if (opened?.type !== RECORD.handshake) return notTls(Buffer.concat([header, content]));
      const extensions = encryptedExtensions(opened.content);
      if (!extensions) return notTls(opened.content);
      return extensions.has(EXTENSION.earlyData)
        ? { kind: 'accepted', text: `${data.length} octets of early data accepted` }
        : refused(true);
    }
  } catch (thrown) {
    if (thrown instanceof ConnectionEnded)
      return { kind: 'closed', how: thrown.how, text: `end of the connection (${thrown.how})` };
    if (thrown instanceof Silence)
      return { kind: 'silence', waitedMs: thrown.waitedMs, text: `no answer within ${thrown.waitedMs} ms` };
    throw thrown;
  }
}

function refused(resumed: boolean): EarlyDataAnswer {
  const how = resumed ? 'resumed without early data' : 'full handshake without early data';
  return { kind: 'refused', resumed, text: how };
}

/** The extension of RFC 8446 §4.2.11 with one ticket and room for its binder. */
function preSharedKey(ticket: SessionTicket, binderOctets: number): Buffer {
  const { identity, ageAdd, issuedAt } = ticket;
  const identities = Buffer.alloc(2 + identity.length + 4);
  identities.writeUInt16BE(identity.length, 0);
  identity.copy(identities, 2);
  const age = Math.max(0, Date.now() - issuedAt);
  identities.writeUInt32BE((age + ageAdd) % 2 ** 32, 2 + identity.length);
  const lengths = Buffer.alloc(2);
  lengths.writeUInt16BE(identities.length);
  const binders = Buffer.alloc(3 + binderOctets);
  binders.writeUInt16BE(1 + binderOctets, 0);
  binders.writeUInt8(binderOctets, 2);
  return Buffer.concat([lengths, identities, binders]);
}

function x25519Key(octets: Buffer) {
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'X25519', x: octets.toString('base64url') },
  });
}

/** The extension numbers of EncryptedExtensions (RFC 8446 §4.3.1); undefined for another message. */
function encryptedExtensions(message: Buffer): ReadonlySet<number> | undefined {
  if (message[0] !== HANDSHAKE.encryptedExtensions || message.length < 6) return undefined;
  const list = message.subarray(6, 6 + message.readUInt16BE(4));
  const found = new Set<number>();
  for (let at = 0; at + 4 <= list.length; at += 4 + list.readUInt16BE(at + 2))
    found.add(list.readUInt16BE(at));
  return found;
}
