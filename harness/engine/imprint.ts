import { AUDIT_FIELD, type Imprint } from '../check/imprint.ts';
import type { Target } from '../model/target.ts';

/** What messages of a run carry at this target. */
export function imprintOf({ guest }: Pick<Target, 'guest'>, runId: string): Imprint {
  if (!guest) return { fields: [], lines: [] };
  const { contact } = guest;
  return {
    fields: [`${AUDIT_FIELD}: run ${runId}${contact === null ? '' : `; ask ${contact}`}`],
    lines: [
      `This is a test message of the mailspec run ${runId}, an audit of this mail server. ${
        contact === null ? 'Ask whoever runs this machine.' : `Questions: ${contact}`
      }`,
    ],
  };
}
