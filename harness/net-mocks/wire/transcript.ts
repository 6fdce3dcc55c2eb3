/** One thing that happened on a connection, seen from our side. */
export type TranscriptEvent =
  | {
      kind: 'received' | 'sent';
      /** Milliseconds since the transcript began, with fractions. */
      at: number;
      channel: Channel;
      /** Exact octets, except that secrets are overwritten with asterisks of the same number. */
      bytes: Buffer;
    }
  | { kind: 'mark'; at: number; note: string };

/** `tls`: octets as they were inside the encrypted channel. */
export type Channel = 'plain' | 'tls';

/** Everything that went over one connection in both directions. */
export interface Transcript {
  /** Wall-clock time at which it began, ISO 8601. */
  readonly startedAt: string;
  readonly events: TranscriptEvent[];
  /** Octets that no longer fitted and were not kept. */
  readonly dropped: number;
  record(kind: 'received' | 'sent', channel: Channel, bytes: Buffer): void;
  mark(note: string): void;
  /** Overwrites received octets from stream position `from` up to `to` (counted per channel) with asterisks. */
  redactReceived(channel: Channel, from: number, to: number): void;
}

const ASTERISK = 0x2a;

/** `limit` bounds the octets kept in memory. */
export function createTranscript(limit = 67_108_864): Transcript {
  const events: TranscriptEvent[] = [];
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const received: Record<Channel, { offset: number; bytes: Buffer }[]> = { plain: [], tls: [] };
  const position: Record<Channel, number> = { plain: 0, tls: 0 };
  let kept = 0;
  let dropped = 0;
  const now = (): number => performance.now() - started;

  return {
    startedAt,
    events,
    get dropped() {
      return dropped;
    },
    record(kind, channel, bytes) {
      const offset = position[channel];
      if (kind === 'received') position[channel] += bytes.length;
      if (kept + bytes.length > limit) {
        dropped += bytes.length;
        return;
      }
      kept += bytes.length;
      const copy = Buffer.from(bytes);
      if (kind === 'received') received[channel].push({ offset, bytes: copy });
      events.push({ kind, at: now(), channel, bytes: copy });
    },
    mark(note) {
      events.push({ kind: 'mark', at: now(), note });
    },
    redactReceived(channel, from, to) {
      for (const { offset, bytes } of received[channel])
        if (offset < to && offset + bytes.length > from)
          bytes.fill(ASTERISK, Math.max(0, from - offset), Math.min(bytes.length, to - offset));
    },
  };
}
