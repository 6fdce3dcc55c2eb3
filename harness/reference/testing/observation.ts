import type { FaultName } from '../../model/faults.ts';
import type { Dialogue } from './dialogue.ts';

/** A short dialogue in which a fault shows: what a good server makes of it, and what the faulty one does. */
export interface Observation {
  readonly good: RegExp;
  readonly faulty: RegExp;
  /** Runs the dialogue and returns what to look at. */
  probe(dialogue: Dialogue): Promise<string>;
}

export type Observations = Partial<Record<FaultName, Observation>>;
