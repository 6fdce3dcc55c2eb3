import type { RerunOf } from './record.ts';

/** What a run that asks a part of an earlier one again says about itself, in one sentence. */
export function partialLine({ runId, checks, of }: RerunOf): string {
  return `it asked ${checks} of the ${of} checks of run ${runId} again, and says nothing about the others.`;
}
