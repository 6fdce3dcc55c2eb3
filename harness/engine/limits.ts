import { printable } from '../evidence/visible.ts';
import { type ControlResult, LIMITS_CONTROL, withoutDialogue } from '../model/control-result.ts';
import type { Role } from '../model/roles.ts';
import type { Pace } from './pace.ts';
import type { Slots } from './slots.ts';
import type { TurnedAway } from './turned-away.ts';

/** What a run has learned about how many clients its target serves. */
export interface Limits {
  /** A check stayed undecided because the target said no to a client: from now on fewer come at a time. */
  learn(sign: TurnedAway): void;
  readonly isKnown: boolean;
  /** One sentence about what was learned; null where nothing was. */
  summary(): string | null;
}

/** Fewest connections at a time to which a run restrains itself. */
const FEWEST = 4;
/** Signs that come so soon one after the other have one cause, in milliseconds. */
const ONE_CAUSE = 3_000;

/** How often connections begin where nobody limits that. */
const NO_PACE = { slower: () => undefined, perMinute: null };

export function createLimits(slots: Slots, pace: Pick<Pace, 'slower' | 'perMinute'> = NO_PACE): Limits {
  const signs = new Map<Role, { readonly first: TurnedAway; count: number }>();
  let lowered = Number.NEGATIVE_INFINITY;
  return {
    learn(sign) {
      const known = signs.get(sign.role);
      if (known) known.count += 1;
      else signs.set(sign.role, { first: sign, count: 1 });
      const now = performance.now();
      if (now - lowered < ONE_CAUSE) return;
      lowered = now;
      slots.lower(Math.max(FEWEST, Math.floor(slots.total / 2)));
      pace.slower();
    },
    get isKnown() {
      return signs.size > 0;
    },
    summary() {
      if (signs.size === 0) return null;
      const told = [...signs.values()].map(
        ({ first, count }) =>
          `${first.role} turned a client away with "${first.said}" (${count === 1 ? 'once' : `${count} times`})`,
      );
      const often = pace.perMinute === null ? '' : `, and ${pace.perMinute} began in a minute`;
      return `${told.join('; ')}. At the end at most ${slots.total} connections were open at a time${often}; what stayed open was asked again from addresses of its own.`;
    },
  };
}

/** What was learned as the record has it, among the controls; null where nothing was. */
export function limitsAsControl(limits: Limits, startedAt: Date): ControlResult | null {
  const line = limits.summary();
  if (line === null) return null;
  return {
    control: LIMITS_CONTROL,
    title: 'How many clients the server takes at a time, or in a time',
    state: 'found',
    cause: null,
    line: printable(line),
    ...withoutDialogue(startedAt),
    source: { file: 'harness/engine/limits.ts', line: 1 },
  };
}
