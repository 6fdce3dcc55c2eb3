import { z } from 'zod';
import { text, yesOrNo } from '../model/fields.ts';
import { path, secret } from './fields.ts';

/** SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` writes it or without colons. */
const FINGERPRINT = /^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/;

/** The lab of a server that runs already: one in the open. */
export const openLabField = z
  .strictObject(
    {
      url: text(/^https:\/\/[^\s/]+\/?$/, 'an address such as https://lab.example.org:8443').describe(
        'Where it is controlled.',
      ),
      token: secret.describe('The token that opens runs there: env:NAME or file:path.'),
      fingerprint: text(FINGERPRINT, 'a SHA-256 fingerprint, which mailspec lab serve prints')
        .exactOptional()
        .describe('Of its certificate; no other one is taken then.'),
      ca: z
        .strictObject({ file: path.describe('PEM file, relative to this one.') })
        .exactOptional()
        .describe('The authority behind its certificate, instead of a fingerprint.'),
      trusted: yesOrNo
        .default(false)
        .describe(
          'The target validates DNSSEC through the delegation of the lab, and trusts its authority for policy hosts and mail servers: then checks of DANE and MTA-STS are made.',
        ),
    },
    { error: 'a mapping with url and token' },
  )
  .refine((given) => (given.fingerprint === undefined) !== (given.ca === undefined), {
    error: 'a mapping with either fingerprint or ca',
  })
  .describe('A lab in the open (mailspec lab serve), by which a server is audited that runs already.');

export type OpenLabField = z.output<typeof openLabField>;
