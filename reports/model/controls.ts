import { type ControlResult, LIMITS_CONTROL } from '../../harness/model/control-result.ts';
import type { TargetRecord } from './record.ts';

/** A control that broke off, and the checks that have no verdict because of it. */
export interface BrokenControl {
  readonly control: ControlResult;
  readonly open: readonly string[];
}

/** The controls of a target that broke off, those first on which most rests. */
export function brokenControls({ controls = [], results }: TargetRecord): readonly BrokenControl[] {
  return controls
    .filter(({ state, endedBy }) => state === 'broke-off' && endedBy === undefined)
    .map((control) => ({
      control,
      open: results.filter(({ endedBy }) => endedBy === control.control).map(({ check }) => check),
    }))
    .sort((a, b) => b.open.length - a.open.length);
}

/** What the run learned about limits of a target, in one sentence; null where it learned nothing. */
export function limitsLine({ controls = [] }: TargetRecord): string | null {
  const learned = controls.find(({ control }) => control === LIMITS_CONTROL);
  return learned ? `${learned.title}: ${learned.line}` : null;
}

/** `mail-leaves broke off, and 30 checks that build on it are open: 550 no relaying.` */
export function brokenLine({ control, open }: BrokenControl): string {
  const rest =
    open.length === 0
      ? ''
      : `, and ${open.length === 1 ? 'a check that builds on it is' : `${open.length} checks that build on it are`} open`;
  return `${control.control} broke off${rest}: ${control.line}`;
}
