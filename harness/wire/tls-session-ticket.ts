/** What a TLS 1.3 session ticket allows, and what a client needs to use it (RFC 8446 §4.6.1). */
export interface SessionTicket {
  readonly identity: Buffer;
  /** The pre-shared key that belongs to the ticket. */
  readonly key: Buffer;
  /** Number of the cipher suite of the session. */
  readonly suite: number;
  readonly ageAdd: number;
  /** When the session began, in milliseconds since 1970; exact to the second. */
  readonly issuedAt: number;
  /** Octets of early data that the server permits; 0: none (RFC 8446 §4.2.10). */
  readonly maxEarlyData: number;
}

/** What Node puts in front of a session, before the length and octets of the host name. */
const NODE_PREFIX = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');
const TLS13 = 0x0304;

/** Tags of OpenSSL's SSL_SESSION: fields in order, and those with a context-specific number. */
const TAG = { sequence: 0x30, integer: 0x02, octets: 0x04 } as const;
const FIELD = { time: 1, ticket: 10, ageAdd: 14, maxEarlyData: 15 } as const;

/**
 * Reads the ticket of a session as `TLSSocket.getSession()` gives it, once the server sent one.
 * @returns undefined without ticket, before TLS 1.3, and for a form that is not known
 */
export function readTicket(session: Buffer): SessionTicket | undefined {
  const fields = fieldsOf(session);
  const key = sessionKey(fields);
  const identity = inner(fields, FIELD.ticket);
  if (!key || !identity) return undefined;
  return {
    ...key,
    identity,
    ageAdd: unsigned(inner(fields, FIELD.ageAdd)),
    issuedAt: unsigned(inner(fields, FIELD.time)) * 1_000,
    maxEarlyData: unsigned(inner(fields, FIELD.maxEarlyData)),
  };
}

/** Key and suite of a session of TLS 1.3 in the same form, with a ticket or without. */
export function readSessionKey(session: Buffer): Pick<SessionTicket, 'key' | 'suite'> | undefined {
  return sessionKey(fieldsOf(session));
}

function sessionKey(fields: readonly Element[]): Pick<SessionTicket, 'key' | 'suite'> | undefined {
  const [, version, suite, , key] = fields;
  if (!version || unsigned(version.content) !== TLS13) return undefined;
  if (suite?.content.length !== 2 || key?.tag !== TAG.octets) return undefined;
  return { key: key.content, suite: suite.content.readUInt16BE(0) };
}

function fieldsOf(session: Buffer): readonly Element[] {
  const start = session.subarray(0, NODE_PREFIX.length).equals(NODE_PREFIX)
    ? NODE_PREFIX.length + 2 + session.readUInt16BE(NODE_PREFIX.length)
    : 0;
  const [whole] = elements(session.subarray(start));
  return whole?.tag === TAG.sequence ? elements(whole.content) : [];
}

/** What stands in the field with a number of its own. */
function inner(fields: readonly Element[], number: number): Buffer | undefined {
  const field = fields.find(({ tag }) => tag === (0xa0 | number));
  return field && elements(field.content)[0]?.content;
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements of a DER encoding one after the other (X.690 §8.1); an element cut short ends the list. */
function elements(der: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= der.length; ) {
    const tag = der[at] ?? 0;
    const short = der[at + 1] ?? 0;
    const extra = short < 0x80 ? 0 : short & 0x7f;
    if (extra > 4 || at + 2 + extra > der.length) return found;
    const length = extra === 0 ? short : der.readUIntBE(at + 2, extra);
    const from = at + 2 + extra;
    if (from + length > der.length) return found;
    found.push({ tag, content: der.subarray(from, from + length) });
    at = from + length;
  }
  return found;
}

/** A non-negative integer of up to 48 bits; 0 where the field is absent. */
function unsigned(content: Buffer | undefined): number {
  return content && content.length > 0 && content.length <= 6 ? content.readUIntBE(0, content.length) : 0;
}
