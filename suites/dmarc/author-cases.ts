import { domainOf } from '../../harness/steps/addresses.ts';

/**
 * A header that names the author in a way that receivers read differently: its lines, folded ones included, for the
 * address of the domain that is protected by p=reject, and that of the stranger for whose domain SPF passes.
 */
export type AuthorCase = readonly [
  name: string,
  lines: (victim: string, stranger: string) => readonly string[],
  /** How the victim is written, where not as its address. */
  spelling?: (victim: string) => string,
];

/** Fields that readers show as the author of a message (RFC 5322 §3.6.2, §3.6.6). */
export const AUTHOR_FIELDS: readonly string[] = ['from', 'sender', 'resent-from'];

const encoded = (text: string) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

/**
 * Headers that break RFC 5322 §3.6 or name several authors: one reader sees the stranger, another the
 * victim. The forms are those of the espoofer catalogue (github.com/chenjj/espoofer, server_a8 to a19,
 * MIT), written anew. A victim in the display name or a comment alone is no case: there the author is the
 * stranger, and every reader agrees.
 */
export const AUTHOR_CASES: readonly AuthorCase[] = [
  ['two From fields, the stranger first', (victim, stranger) => [`From: <${stranger}>`, `From: <${victim}>`]],
  ['two From fields, the victim first', (victim, stranger) => [`From: <${victim}>`, `From: <${stranger}>`]],
  ['a blank in front of the first From', (victim, stranger) => [` From: <${stranger}>`, `From: <${victim}>`]],
  ['a blank in front of the colon', (victim, stranger) => [`From: <${stranger}>`, `From : <${victim}>`]],
  ['a blank in front of the only colon', (victim) => [`From : <${victim}>`]],
  ['a field name that is folded', (victim, stranger) => ['From', ` : <${victim}>`, `From: <${stranger}>`]],
  ['Sender and no From', (victim) => [`Sender: <${victim}>`]],
  ['Resent-From and no From', (victim) => [`Resent-From: <${victim}>`]],
  ['two authors, the stranger first', (victim, stranger) => [`From: <${stranger}>, <${victim}>`]],
  ['two authors, the victim first', (victim, stranger) => [`From: <${victim}>, <${stranger}>`]],
  ['two authors in a group', (victim, stranger) => [`From: authors: <${victim}>, <${stranger}>;`]],
  [
    'a first author in an encoded word',
    (victim, stranger) => [`From: ${encoded(`<${victim}>`)}, <${stranger}>`],
    (victim) => encoded(`<${victim}>`),
  ],
  ['a route in the address', (victim, stranger) => [`From: <@${domainOf(stranger)},@any.example:${victim}>`]],
  ['a quoted pair between two addresses', (victim, stranger) => [`From: <${stranger}>\\,<${victim}>`]],
  ['a bare address, then one in brackets', (victim, stranger) => [`From: ${victim},<${stranger}>`]],
  ['an address after the brackets', (victim, stranger) => [`From: <${stranger}>${victim}`]],
  ['brackets within brackets', (victim, stranger) => [`From: <<${victim}>${stranger}>`]],
];
