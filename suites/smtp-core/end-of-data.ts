import type { Services } from '../../harness/check/check.ts';

/** An octet by its name; everything else stands for itself. */
type Octet = 'CR' | 'LF' | 'NUL' | 'SP' | '.';

/** Octets that some server took for the end of the data, and that are not it (RFC 5321 §4.1.1.4). */
export interface FalseEnd {
  readonly octets: readonly Octet[];
  /**
   * A sender that stuffs dots as it should passes these octets on: to it, no line begins with the dot. What
   * is not reachable needs a broken sender.
   */
  readonly reachable: boolean;
}

export const FALSE_ENDS: readonly FalseEnd[] = [
  { octets: ['LF', '.', 'LF'], reachable: true },
  { octets: ['LF', '.', 'CR', 'LF'], reachable: true },
  { octets: ['LF', '.', 'CR'], reachable: true },
  { octets: ['CR', '.', 'CR'], reachable: true },
  { octets: ['CR', '.', 'CR', 'LF'], reachable: true },
  { octets: ['CR', '.', 'LF'], reachable: true },
  { octets: ['CR', 'LF', 'NUL', '.', 'CR', 'LF'], reachable: true },
  { octets: ['CR', 'NUL', 'LF', '.', 'CR', 'LF'], reachable: true },
  { octets: ['CR', 'LF', '.', 'LF'], reachable: false },
  { octets: ['CR', 'LF', '.', 'CR'], reachable: false },
  { octets: ['CR', 'LF', '.', 'NUL', 'CR', 'LF'], reachable: false },
  { octets: ['CR', 'LF', '.', 'CR', 'NUL', 'LF'], reachable: false },
  { octets: ['CR', 'LF', '.', 'CR', 'CR', 'LF'], reachable: false },
  { octets: ['CR', 'CR', 'LF', '.', 'CR', 'CR', 'LF'], reachable: false },
  { octets: ['CR', 'LF', '.', 'SP', 'CR', 'LF'], reachable: false },
];

export const REACHABLE = FALSE_ENDS.filter(({ reachable }) => reachable);
export const UNREACHABLE = FALSE_ENDS.filter(({ reachable }) => !reachable);

/** `CR LF NUL . CR LF`. */
export function nameOf({ octets }: Pick<FalseEnd, 'octets'>): string {
  return octets.join(' ');
}

export function encode({ bytes }: Pick<Services, 'bytes'>, { octets }: Pick<FalseEnd, 'octets'>): Buffer {
  const { CR, LF, NUL } = bytes;
  const named: Readonly<Record<Octet, Buffer>> = {
    CR,
    LF,
    NUL,
    SP: Buffer.from(' '),
    '.': Buffer.from('.'),
  };
  return Buffer.concat(octets.map((octet) => named[octet]));
}

/** The real end, for a message that does not end in CRLF. */
export function realEnd({ bytes }: Pick<Services, 'bytes'>): Buffer {
  return Buffer.concat([bytes.CRLF, bytes.line('.')]);
}
