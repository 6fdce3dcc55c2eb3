import { isIP } from 'node:net';
import { z } from 'zod';
import { text, yesOrNo } from '../model/fields.ts';
import { ANCHOR_FORM } from '../public-dns/root-anchors.ts';
import { path, port } from './fields.ts';

const ipAddress = z
  .string({ error: 'an IP address' })
  .refine((given) => isIP(given) !== 0, { error: 'an IP address' });

const named = z
  .strictObject(
    {
      address: ipAddress.describe('Address of the resolver.'),
      port: port.default(53).describe('Its port, over UDP and TCP.'),
      'trusted-path': yesOrNo
        .exactOptional()
        .describe(
          'Nobody between here and the resolver can change its answers, and it validates: what it says is secure by its AD bit is taken for secure. Left out: true on loopback alone; elsewhere mailspec validates itself.',
        ),
      'root-anchors': z
        .array(text(ANCHOR_FORM, 'a DS record such as "20326 8 2 E06D…"'), {
          error: 'a list of DS records of the root',
        })
        .min(1, { error: 'a list of at least one DS record' })
        .exactOptional()
        .describe('Trust anchors for DNSSEC, where the root is not the public one.'),
      'policy-hosts': z
        .strictObject(
          {
            port: port.default(443),
            'trust-anchor': z
              .strictObject({ file: path.describe('PEM file, relative to this one.') })
              .exactOptional()
              .describe('Authority behind their certificates, where it is not a public one.'),
          },
          { error: 'a mapping of port and trust-anchor' },
        )
        .prefault({})
        .describe('How the hosts of MTA-STS policies are reached, where that is not as on the Internet.'),
    },
    { error: 'system, or a mapping with address' },
  )
  .describe('A resolver that you name.');

/** Where records of a host are looked up. */
export const publicDnsField = z
  .union([z.literal('system', { error: 'system' }), named], { error: 'system, or a mapping with address' })
  .describe(
    'The resolver to ask for what the domains of the target publish: system (that of this machine), or one that you name. Left out: nothing is looked up, and checks of published records are not selected.',
  );

export type PublicDnsSettings = z.output<typeof publicDnsField>;
