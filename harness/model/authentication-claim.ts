import { z } from 'zod';

/** What the operator says is done with mail from strangers; a method left out is not stated. */
export interface InboundAuthenticationClaim {
  /** `reject`: a fail of SPF is refused; `mark`: it is recorded; `none`: SPF is not evaluated. */
  readonly spf?: 'reject' | 'mark' | 'none' | undefined;
  /** `reject`: a message whose signature fails is refused; `mark`: it is recorded; `none`: nothing is verified. */
  readonly dkim?: 'reject' | 'mark' | 'none' | undefined;
  /**
   * `reject`: what the domain of the author asks is done; `quarantine`: reject is softened to quarantine;
   * `mark`: the result is recorded and nothing done; `none`: DMARC is not evaluated.
   */
  readonly dmarc?: 'reject' | 'quarantine' | 'mark' | 'none' | undefined;
}

const SPF_OR_DKIM = ['reject', 'mark', 'none'] as const;
const DMARC = ['reject', 'quarantine', 'mark', 'none'] as const;

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
