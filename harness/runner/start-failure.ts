import { printable } from '../evidence/visible.ts';

/** Why a target did not come up, in one line: what a driver says is in visible notation, but has several lines. */
export function startFailure(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message
    .split('\n')
    .map((text) => printable(text.trim()))
    .join(' / ');
}
