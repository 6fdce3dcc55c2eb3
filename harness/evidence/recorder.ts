import type { EventFacts, EvidenceEvent, Layer } from './events.ts';
import { createRedactor, type Redactor } from './redaction.ts';
import { visible } from './visible.ts';

/** Records the events of one check, in order, secrets removed before anything is kept. */
export interface Recorder {
  readonly events: readonly EvidenceEvent[];
  /** Number of secrets that were replaced. */
  readonly redactions: number;
  /** Redacts this text, raw and inside base64, in everything recorded from now on. */
  secret(secret: string | Uint8Array): void;
  /** Records an event that carries no octets; returns its sequence number. */
  event(connection: number, facts: Exclude<EventFacts, { kind: 'send' | 'recv' }>): number;
  /** Records octets; `secret` replaces all of them (a digest response, a channel-bound proof). */
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
  let redactions = 0;

  function append(connection: number, facts: EventFacts): number {
    const seq = events.length + 1;
    const at = Number((process.hrtime.bigint() - started) / 1_000n);
    events.push({ seq, at, connection, ...facts });
    return seq;
  }

  return {
    events,
    get redactions() {
      return redactions;
    },
    secret: redactor.add,
    event: append,
    traffic(connection, kind, layer, bytes, secret = []) {
      for (const part of secret) redactor.add(part);
      const clean = redactor.redact(bytes);
      redactions += clean.redactions;
      return append(connection, {
        kind,
        layer,
        bytes: clean.bytes.toString('base64'),
        text: visible(clean.bytes),
        redactions: clean.redactions,
      });
    },
  };
}
