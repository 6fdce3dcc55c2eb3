import { z } from 'zod';
import { text } from '../model/fields.ts';
import { fileService, wholeNumber } from './fields.ts';

/**
 * What a target has in the DNS beside the records that the lab makes for every target (MX of the mail
 * domain, address of the host name). The lab publishes it; where the target is, it would be the operator.
 */

const name = text(
  /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*$/,
  'a name in the DNS such as _dmarc.example.test',
);
const number = wholeNumber(0, 65_535);
/** Characters that a zone file holds as they are, so that no octet is lost in between. */
const txtText = text(/^[\x20-\x7e]+$/, 'the text of a TXT record in printable ASCII');

const txtFields = {
  name,
  type: z.literal('TXT'),
  data: txtText
    .exactOptional()
    .describe('The whole text; the lab cuts it into strings of 255 octets (RFC 7208, section 3.3).'),
  'container-path': text(/^\//, 'an absolute path in the container')
    .exactOptional()
    .describe(
      'File in the container that holds the text, or the record as in a zone file; read once every role has greeted. For keys that the container makes.',
    ),
};
const hasOneSource = (given: { readonly data?: string; readonly 'container-path'?: string }) =>
  (given.data === undefined) !== (given['container-path'] === undefined);
const ONE_SOURCE = { error: 'A TXT record has either "data" or "container-path".' };

const txt = z.strictObject(txtFields).refine(hasOneSource, ONE_SOURCE);
const serviceTxt = z.strictObject({ ...txtFields, service: fileService }).refine(hasOneSource, ONE_SOURCE);
const srv = z.strictObject({
  name,
  type: z.literal('SRV'),
  data: z.strictObject(
    { priority: number, weight: number, port: number, target: name },
    { error: 'a mapping with priority, weight, port and target' },
  ),
});
const cname = z.strictObject({ name, type: z.literal('CNAME'), data: name });

const A_RECORD = { error: 'a record of type TXT, SRV or CNAME' };
const A_LIST = { error: 'a list of records' };
const WHAT_FOR =
  'Records of the target in the DNS of its lab, below the mail domain or the host name, such as SPF, DKIM keys and DMARC. MX and addresses are there without.';

export const dnsRecords = z
  .array(z.discriminatedUnion('type', [txt, srv, cname], A_RECORD), A_LIST)
  .default([])
  .describe(WHAT_FOR);

/** The same where a file may be in the container of one of several services. */
export const dnsRecordsOfServices = z
  .array(z.discriminatedUnion('type', [serviceTxt, srv, cname], A_RECORD), A_LIST)
  .default([])
  .describe(WHAT_FOR);

export type DnsRecordSettings = z.output<typeof dnsRecords>[number];
