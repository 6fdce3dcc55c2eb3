import { z } from 'zod';
import { address, text } from './fields.ts';

/** An address of the target whose mail goes on to a server of the lab. */
export type ForwardingClaim = z.output<typeof forwardingClaim>;

export const forwardingClaim = z
  .strictObject(
    {
      from: address.describe('Address of the target.'),
      // The lab publishes its domain and receives for it, so it lies below a reserved name.
      to: text(
        /^[^\s@]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(test|example)$/,
        'an address below .test or .example',
      ).describe('Address that the target forwards to. The lab receives for its domain.'),
    },
    { error: 'a mapping of from and to' },
  )
  .describe('An address whose mail is forwarded to the lab; left out: nothing is known to be forwarded.');
