import { createHash } from 'node:crypto';
import type { EventFacts, EvidenceEvent, Layer, TrafficFacts } from './events.ts';
import { type KeptOctets, keptOctets } from './octets.ts';
import { createRedactor, type Redactor } from './redaction.ts';

/** A piece of a stream as it came, kept as long as a secret may reach from it into the next. */
interface Piece {
  readonly index: number;
  readonly raw: Buffer;
}

/** Facts that carry no octets. */
type SilentFacts = Exclude<EventFacts, { kind: 'send' | 'recv' }>;

/** Octets of a segment that are kept from its beginning and from its end. */
const WIDE = { head: 49_152, tail: 16_384 };
const NARROW = { head: 3_072, tail: 1_024 };
/** Octets of a check up to which segments are kept widely: dialogues about size limits have millions. */
const WHOLE_UP_TO = 1_048_576;

/** Records the events of one check, in order, secrets removed before anything is kept. */
export interface Recorder {
  readonly events: readonly EvidenceEvent[];
  /** Number of secrets that were replaced. */
  readonly redactions: number;
  /** Redacts this text, raw and inside base64, in everything recorded from now on. */
  secret(secret: string | Uint8Array): void;
  /** `text` with every secret replaced: for what is kept outside the record, such as reasons. */
  clean(text: string): string;
  /** Records an event that carries no octets; returns its sequence number. */
  event(connection: number, facts: SilentFacts): number;
  /**
   * Records octets; `secret` are parts of them, or of what will be answered, to be replaced from now
   * on. Where a secret lies across two segments of one direction, both stand in the earlier event.
   */
  traffic(
    connection: number,
    kind: 'send' | 'recv',
    layer: Layer,
    bytes: Buffer,
    secret?: readonly Uint8Array[],
  ): number;
}

/**
 * @param redactor shared by the checks of one target, so that an echo in another check is caught too
 * @param started the monotonic instant that the times of the events count from
 */
export function createRecorder(
  redactor: Redactor = createRedactor(),
  started: bigint = process.hrtime.bigint(),
): Recorder {
  const events: EvidenceEvent[] = [];
  const streams = new Map<string, Piece[]>();
  let kept = 0;

  const clean = (text: string) => {
    const cleaned = redactor.redact(Buffer.from(text));
    return cleaned.redactions === 0 ? text : cleaned.bytes.toString();
  };

  function append(connection: number, facts: EventFacts): number {
    const seq = events.length + 1;
    const at = Number((process.hrtime.bigint() - started) / 1_000n);
    events.push({ seq, at, connection, ...facts });
    return seq;
  }

  function redacted(bytes: Buffer): KeptOctets & Pick<TrafficFacts, 'redactions' | 'omitted'> {
    const cleaned = redactor.redact(bytes);
    const { octets, omitted } = shortened(cleaned.bytes, kept < WHOLE_UP_TO ? WIDE : NARROW);
    kept += octets.length;
    return {
      ...keptOctets(octets),
      redactions: cleaned.redactions,
      ...(omitted ? { omitted } : {}),
    };
  }

  function replace(index: number, bytes: Buffer): void {
    const event = events[index];
    if (event?.kind !== 'send' && event?.kind !== 'recv') return;
    const { seq, at, connection, kind, layer } = event;
    events[index] = { seq, at, connection, kind, layer, ...redacted(bytes) };
  }

  return {
    events,
    get redactions() {
      return events.reduce((sum, event) => sum + ('redactions' in event ? event.redactions : 0), 0);
    },
    secret: redactor.add,
    clean,
    event(connection, facts) {
      return append(connection, cleanFacts(facts, clean));
    },
    traffic(connection, kind, layer, bytes, secret = []) {
      for (const part of secret) redactor.add(part);
      const stream = `${connection} ${kind} ${layer}`;
      const before = streams.get(stream) ?? [];
      const [first] = before;
      const straddling = first !== undefined && redactor.straddles(joined(before), bytes);
      const seq = append(connection, { kind, layer, ...redacted(straddling ? Buffer.alloc(0) : bytes) });
      if (straddling) {
        const raw = Buffer.concat([joined(before), bytes]);
        for (const { index } of before) replace(index, Buffer.alloc(0));
        replace(first.index, raw);
        streams.set(stream, [{ index: first.index, raw }]);
      } else {
        streams.set(stream, withinReach([...before, { index: seq - 1, raw: bytes }], redactor.reach));
      }
      return seq;
    },
  };
}

/** What a sentence of ours quotes from a server may hold a secret that the server repeats. */
function cleanFacts(facts: SilentFacts, clean: (text: string) => string): SilentFacts {
  switch (facts.kind) {
    case 'note':
      return { ...facts, text: clean(facts.text) };
    case 'expect':
      return { ...facts, what: clean(facts.what) };
    case 'tls-failed':
      return { ...facts, reason: clean(facts.reason) };
    case 'verify':
      return { ...facts, expected: clean(facts.expected), actual: clean(facts.actual) };
    default:
      return facts;
  }
}

interface Shortened {
  readonly octets: Buffer;
  readonly omitted?: TrafficFacts['omitted'];
}

/** Beginning and end of a long segment, with the hash of all of it; a short one as it is. */
function shortened(bytes: Buffer, keep: { readonly head: number; readonly tail: number }): Shortened {
  const octets = bytes.length - keep.head - keep.tail;
  if (octets <= 0) return { octets: bytes };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    octets: Buffer.concat([bytes.subarray(0, keep.head), bytes.subarray(-keep.tail)]),
    omitted: { behind: keep.head, octets, sha256 },
  };
}

function joined(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map(({ raw }) => raw));
}

/** The last pieces from which a secret may reach into what comes next. */
function withinReach(pieces: readonly Piece[], reach: number): Piece[] {
  let octets = 0;
  const from = pieces.findLastIndex(({ raw }) => {
    octets += raw.length;
    return octets >= reach;
  });
  return pieces.slice(Math.max(0, from));
}
