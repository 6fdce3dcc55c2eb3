import { z } from 'zod';

const SPF_OR_DKIM = ['reject', 'mark', 'none'] as const;
const DMARC = ['reject', 'quarantine', 'mark', 'none'] as const;

/** What the operator says is done with mail from strangers; a method left out is not stated. */
export const authenticationClaim = z
  .strictObject(
    {
      spf: z
        .enum(SPF_OR_DKIM, { error: 'reject, mark or none' })
        .exactOptional()
        .describe('A fail of SPF is refused (reject) or recorded (mark); none: SPF is not evaluated.'),
      dkim: z
        .enum(SPF_OR_DKIM, { error: 'reject, mark or none' })
        .exactOptional()
        .describe(
          'A message with a failing signature is refused (reject) or that is recorded (mark); none: nothing is verified.',
        ),
      dmarc: z
        .enum(DMARC, { error: 'reject, quarantine, mark or none' })
        .exactOptional()
        .describe(
          'What the domain of the author asks is done (reject), softened to quarantine, or only recorded (mark); none: DMARC is not evaluated.',
        ),
    },
    { error: 'a mapping of spf, dkim and dmarc' },
  )
  .describe(
    'What is done with mail from strangers. A method left out: recording its result is enough, and silence is a finding.',
  );
