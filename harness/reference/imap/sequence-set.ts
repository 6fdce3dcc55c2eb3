import { ImapSyntaxError } from './parser.ts';

/** Whether a number is in a sequence set (RFC 9051 §9); `*` stands for `largest`. */
export function inSequenceSet(text: string, largest: number): (value: number) => boolean {
  const ranges = text.split(',').map((range) => {
    const [first = '', last = first] = range.split(':');
    const bounds = [first, last].map((bound) => (bound === '*' ? largest : Number(bound)));
    if (bounds.some((bound) => bound > 4_294_967_295) || /(^|:)0+(:|$)/.test(range)) {
      throw new ImapSyntaxError('numbers from 1 to 4294967295 in a sequence set');
    }
    return { low: Math.min(...bounds), high: Math.max(...bounds) };
  });
  return (value) => ranges.some(({ low, high }) => value >= low && value <= high);
}
