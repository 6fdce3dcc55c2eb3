import type { KeptOctets } from './octets.ts';

/**
 * One observed event of a check. `at` counts microseconds from the start of the check on a monotonic
 * clock; `connection` is the number of the connection within the check, 0 for none. Events are kept
 * in the order of `seq`.
 */
export type EvidenceEvent = {
  readonly seq: number;
  readonly at: number;
  readonly connection: number;
} & EventFacts;

export type Layer = 'clear' | 'tls';

export type EventFacts =
  | {
      readonly kind: 'connect';
      readonly role: string;
      readonly address: string;
      readonly localAddress: string;
    }
  | { readonly kind: 'refused'; readonly role: string; readonly address: string; readonly code: string }
  | TrafficFacts
  | { readonly kind: 'tls'; readonly protocol: string; readonly cipher: string; readonly serverName: string }
  | { readonly kind: 'tls-failed'; readonly reason: string }
  | {
      readonly kind: 'expect';
      readonly what: string;
      readonly withinMs: number;
      readonly ended: 'met' | 'silence' | 'closed' | 'limit';
    }
  | { readonly kind: 'close'; readonly by: 'server' | 'client'; readonly how: 'fin' | 'rst' | 'error' }
  | { readonly kind: 'note'; readonly text: string }
  | {
      readonly kind: 'verify';
      readonly demand: string;
      readonly expected: string;
      readonly actual: string;
      readonly held: boolean;
      readonly strict: boolean;
    };

/**
 * Octets as on the wire, secrets already replaced: in visible notation, or in base64 where they are no text.
 * `octetsOf` gives the octets of both.
 */
export type TrafficFacts = {
  readonly kind: 'send' | 'recv';
  readonly layer: Layer;
  readonly redactions: number;
  /** What was left out of them: how many octets, after which one, and the SHA-256 of all. */
  readonly omitted?: { readonly behind: number; readonly octets: number; readonly sha256: string };
} & KeptOctets;

/** The kinds that carry wire octets. */
export type TrafficEvent = Extract<EvidenceEvent, { kind: 'send' | 'recv' }>;
