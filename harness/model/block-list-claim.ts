import { z } from 'zod';
import { camelCased } from './camel-case.ts';
import { text, yesOrNo } from './fields.ts';

/** The lab publishes these zones, so they lie where no public list is (RFC 6761 §6.2, §6.5). */
const zone = text(
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(test|example)$/,
  'the name of a list zone below .test or .example',
);
const zones = z.array(zone, { error: 'a list of zones' }).default([]);

/** Lists of addresses in the DNS (RFC 5782), as the operator states them. */
export const blockListClaim = z
  .strictObject({
    zones: zones.describe('Lists that the mx role is configured to ask about its clients.'),
    'allow-zones': zones.describe('Lists whose entries exempt a client from the others.'),
    'reputation-zones': zones.describe('Lists on which outbound addresses of the target are not to be.'),
    'on-submission': yesOrNo
      .default(false)
      .describe('Listed clients are kept from submission too, on purpose.'),
  })
  .describe('Block lists and allow lists in the DNS. The lab publishes them, so no public list is asked.')
  .transform((given) => camelCased(given));
