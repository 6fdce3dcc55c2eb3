import type { TargetRecord } from './record.ts';

/** When a target stopped answering. */
export interface Silence {
  /** Code of the check after which it was noticed; null where the target never answered. */
  readonly check: string | null;
  /** UTC, ISO 8601. */
  readonly at: string;
}

/**
 * Since when a target has not answered any more; null where it answered to the end, or again. Known from the look
 * after a doubtful check, whether the server still lives.
 */
export function silenceOf({ results }: Pick<TargetRecord, 'results'>): Silence | null {
  const dead = results
    .filter(({ control }) => control !== null && !control.alive)
    .map(({ check, startedAt, durationMs }) => ({ check, ms: Date.parse(startedAt) + durationMs }))
    .sort((a, b) => a.ms - b.ms);
  const [first] = dead;
  if (!first) return null;
  // A fail is no sign of life: a port that is closed is one too.
  const answers = results.filter(({ transcript }) => transcript.some(({ who }) => who === 'server'));
  if (answers.some(({ startedAt }) => Date.parse(startedAt) > first.ms)) return null;
  return { check: answers.length === 0 ? null : first.check, at: new Date(first.ms).toISOString() };
}

/** `No answer since ITLS-006, 2026-11-29 01:32:15 UTC.`; null where the target answered to the end. */
export function silenceLine(target: Pick<TargetRecord, 'results'>): string | null {
  const silence = silenceOf(target);
  if (silence === null) return null;
  if (silence.check === null) return 'It never answered.';
  const [day, time] = silence.at.split('T');
  return `No answer since ${silence.check}, ${day} ${time?.slice(0, 'hh:mm:ss'.length)} UTC.`;
}
