import type { Bench, SessionContext } from './bench.ts';

/** The last one is longer than the minute by which many servers count, in milliseconds. */
const PAUSES = [1_000, 5_000, 20_000, 65_000];

/** The same for a session that many checks share: it comes again at once where only a moment was bad. */
const SHARED_PAUSES = [500, 1_000, 2_000];

/** How a session comes again that many checks share, and for which nobody's time is counted. */
export function doorOfShared({ limits }: Pick<Bench, 'limits'>): NonNullable<SessionContext['door']> {
  return {
    pauses: limits.isKnown ? [...SHARED_PAUSES, ...PAUSES.slice(1)] : SHARED_PAUSES,
    waiting: (wait) => wait(),
  };
}

/**
 * The bench for what a target turned away before: what it counts by address begins anew, for who sends and for who
 * reads, and where the server said that it limits its clients, who is turned away all the same comes again after pauses.
 */
export function withPatienceAtTheDoor(bench: Bench): Bench {
  // Without a word from the server, pauses may be in vain: it may be broken, and say so to everybody.
  const patient = bench.limits.isKnown ? { ...bench, doorPauses: PAUSES } : bench;
  const sending = bench.lab?.fresh('senders');
  return sending ? { ...patient, lab: sending.fresh('readers') ?? sending } : patient;
}
