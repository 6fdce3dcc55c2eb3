import { z } from 'zod';

/** Lists of addresses in the DNS (RFC 5782), as the operator states them. */
export interface BlockListClaims {
  /** Lists that the `mx` role asks about its clients, all of them published by the lab. */
  readonly zones: readonly string[];
  /** Lists whose entries exempt a client. */
  readonly allowZones: readonly string[];
  /** Lists on which the outbound addresses of the target are not to be. */
  readonly reputationZones: readonly string[];
  /** Submission is refused to listed clients on purpose. */
  readonly onSubmission: boolean;
}

/** What a target has that states nothing about lists. */
export const NO_BLOCK_LISTS: BlockListClaims = {
  zones: [],
  allowZones: [],
  reputationZones: [],
  onSubmission: false,
};

/** The lab publishes these zones, so they lie where no public list is (RFC 6761 §6.2, §6.5). */
const zone = z
  .string({ error: 'the name of a list zone below .test or .example' })
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(test|example)$/, {
    error: 'the name of a list zone below .test or .example',
  });
const zones = z.array(zone, { error: 'a list of zones' }).default([]);

export const blockListClaim = z
  .strictObject({
    zones: zones.describe('Lists that the mx role is configured to ask about its clients.'),
    'allow-zones': zones.describe('Lists whose entries exempt a client from the others.'),
    'reputation-zones': zones.describe('Lists on which outbound addresses of the target are not to be.'),
    'on-submission': z
      .boolean({ error: 'true or false' })
      .default(false)
      .describe('Listed clients are kept from submission too, on purpose.'),
  })
  .describe('Block lists and allow lists in the DNS. The lab publishes them, so no public list is asked.');

/** The claim as checks read it. */
export function blockListsOf(settings: z.output<typeof blockListClaim>): BlockListClaims {
  return {
    zones: settings.zones,
    allowZones: settings['allow-zones'],
    reputationZones: settings['reputation-zones'],
    onSubmission: settings['on-submission'],
  };
}
