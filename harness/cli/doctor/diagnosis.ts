import pc from 'picocolors';
import { logLine } from '../../evidence/log-line.ts';
import type { Verdict } from '../../model/verdict.ts';
import { VERDICT_GLYPHS } from '../glyphs.ts';
import { cut } from '../target-summary.ts';

/** How one thing is; `not tried` is no fault. */
export type State = 'ok' | 'no' | 'not tried';

/** One thing that was looked at, in one line. Every text is ready to be printed. */
export interface Diagnosis {
  readonly state: State;
  /** What was looked at, such as `container engine`. */
  readonly what: string;
  /** What was seen, or why nothing was tried. */
  readonly line: string;
  /** What to do; of use where the state is `no`. */
  readonly todo?: string;
}

/** Takes what is found, as it is found. */
export type Tell = (diagnosis: Diagnosis) => void;

const VERDICTS: Readonly<Record<State, Verdict>> = { ok: 'pass', no: 'fail', 'not tried': 'not-run' };

/** One line for a terminal; what is well is cut to its width, for the rest every word counts. */
export function diagnosisLine({ state, what, line, todo }: Diagnosis): string {
  const { glyph, paint } = VERDICT_GLYPHS[VERDICTS[state]];
  const text = `  ${paint(glyph)} ${paint(state.padEnd(9))} ${pc.bold(what)}: ${line}`;
  if (state === 'ok') return logLine(cut(text));
  return logLine(todo === undefined ? text : `${text} ${pc.bold('What to do:')} ${todo}`);
}
