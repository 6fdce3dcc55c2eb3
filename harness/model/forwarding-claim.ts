import { z } from 'zod';

/** An address of the target whose mail goes on to a server of the lab. */
export interface ForwardingClaim {
  readonly from: string;
  /** Below a reserved name: the lab publishes its domain and receives for it. */
  readonly to: string;
}

export const forwardingClaim = z
  .strictObject(
    {
      from: z
        .string({ error: 'an address such as alice@example.test' })
        .regex(/^[^\s@]+@[^\s@]+$/, { error: 'an address such as alice@example.test' })
        .describe('Address of the target.'),
      to: z
        .string({ error: 'an address below .test or .example' })
        .regex(/^[^\s@]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(test|example)$/, {
          error: 'an address below .test or .example',
        })
        .describe('Address that the target forwards to. The lab receives for its domain.'),
    },
    { error: 'a mapping of from and to' },
  )
  .describe('An address whose mail is forwarded to the lab; left out: nothing is known to be forwarded.');
