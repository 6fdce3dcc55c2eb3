import { readMessage, readServerHello } from './client-hello-answer.ts';
import { HANDSHAKE, RECORD } from './tls-numbers.ts';
import { keySchedule, type Tls13Suite, tls13Suite, trafficKey, unprotect } from './tls13-keys.ts';

const RECORD_HEADER = 5;

/**
 * The certificates of a server in the order in which it sent them (RFC 8446 §4.4.2, RFC 5246 §7.4.2), from its side
 * of a handshake. TLS libraries tell a path that they chose among them.
 * @param octets all that the server sent, from its first record on
 * @param secret its handshake traffic secret, where TLS 1.3 was negotiated
 * @returns DER; undefined where no Certificate message can be read
 */
export function sentCertificates(octets: Buffer, secret: Buffer | undefined): readonly Buffer[] | undefined {
  const clear: Buffer[] = [];
  const sealed: { readonly header: Buffer; readonly content: Buffer }[] = [];
  for (let at = 0; at + RECORD_HEADER <= octets.length; ) {
    const header = octets.subarray(at, at + RECORD_HEADER);
    const content = octets.subarray(at + RECORD_HEADER, at + RECORD_HEADER + header.readUInt16BE(3));
    at += RECORD_HEADER + content.length;
    // What follows in older versions is encrypted by keys that are not known here.
    if (header[0] === RECORD.changeCipherSpec && !secret) break;
    if (header[0] === RECORD.handshake) clear.push(content);
    if (header[0] === RECORD.applicationData) sealed.push({ header, content });
  }
  const readable = Buffer.concat(clear);
  if (!secret) return certificatesIn(readMessage(readable, HANDSHAKE.certificate), 'TLSv1.2');
  const hello = readServerHello(readable, []);
  const suite = hello?.kind === 'server-hello' ? tls13Suite(hello.suite.number) : undefined;
  if (!suite) return undefined;
  const handshake = Buffer.concat(opened(suite, secret, sealed));
  return certificatesIn(readMessage(handshake, HANDSHAKE.certificate), 'TLSv1.3');
}

/** Handshake octets of encrypted records, up to the first that these keys do not open. */
function opened(
  suite: Tls13Suite,
  secret: Buffer,
  records: readonly { readonly header: Buffer; readonly content: Buffer }[],
): readonly Buffer[] {
  const key = trafficKey(suite, keySchedule(suite, Buffer.alloc(suite.hashLength)), secret);
  const found: Buffer[] = [];
  for (const [sequence, { header, content }] of records.entries()) {
    const plain = unprotect(key, header, content, sequence);
    if (!plain) break;
    if (plain.type === RECORD.handshake) found.push(plain.content);
  }
  return found;
}

/** TLS 1.3 has a context in front, which is empty in a handshake, and extensions after each certificate. */
function certificatesIn(
  body: Buffer | undefined,
  form: 'TLSv1.2' | 'TLSv1.3',
): readonly Buffer[] | undefined {
  if (!body) return undefined;
  const isNew = form === 'TLSv1.3';
  const found: Buffer[] = [];
  for (let at = isNew ? 4 : 3; at + 3 <= body.length; ) {
    const end = at + 3 + body.readUIntBE(at, 3);
    if (end + (isNew ? 2 : 0) > body.length) return undefined;
    found.push(body.subarray(at + 3, end));
    at = isNew ? end + 2 + body.readUInt16BE(end) : end;
  }
  return found;
}
