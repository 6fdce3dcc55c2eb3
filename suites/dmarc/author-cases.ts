import { domainOf } from '../../harness/steps/addresses.ts';

/** Who is to be seen as the author, and who really sends. */
export interface Names {
  /** Address of the domain that is protected by p=reject. */
  readonly victim: string;
  /** Address of the stranger, for whose domain SPF passes. */
  readonly stranger: string;
}

/** A header that names the author in a way that receivers read differently. */
export interface AuthorCase {
  readonly name: string;
  /** The lines of the header, folded ones included. */
  readonly lines: (names: Names) => readonly string[];
  /** How the victim is written, where not as its address. */
  readonly spelling?: (victim: string) => string;
}

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
  {
    name: 'two From fields, the stranger first',
    lines: ({ victim, stranger }) => [`From: <${stranger}>`, `From: <${victim}>`],
  },
  {
    name: 'two From fields, the victim first',
    lines: ({ victim, stranger }) => [`From: <${victim}>`, `From: <${stranger}>`],
  },
  {
    name: 'a blank in front of the first From',
    lines: ({ victim, stranger }) => [` From: <${stranger}>`, `From: <${victim}>`],
  },
  {
    name: 'a blank in front of the colon',
    lines: ({ victim, stranger }) => [`From: <${stranger}>`, `From : <${victim}>`],
  },
  {
    name: 'a blank in front of the only colon',
    lines: ({ victim }) => [`From : <${victim}>`],
  },
  {
    name: 'a field name that is folded',
    lines: ({ victim, stranger }) => ['From', ` : <${victim}>`, `From: <${stranger}>`],
  },
  {
    name: 'Sender and no From',
    lines: ({ victim }) => [`Sender: <${victim}>`],
  },
  {
    name: 'Resent-From and no From',
    lines: ({ victim }) => [`Resent-From: <${victim}>`],
  },
  {
    name: 'two authors, the stranger first',
    lines: ({ victim, stranger }) => [`From: <${stranger}>, <${victim}>`],
  },
  {
    name: 'two authors, the victim first',
    lines: ({ victim, stranger }) => [`From: <${victim}>, <${stranger}>`],
  },
  {
    name: 'two authors in a group',
    lines: ({ victim, stranger }) => [`From: authors: <${victim}>, <${stranger}>;`],
  },
  {
    name: 'a first author in an encoded word',
    lines: ({ victim, stranger }) => [`From: ${encoded(`<${victim}>`)}, <${stranger}>`],
    spelling: (victim) => encoded(`<${victim}>`),
  },
  {
    name: 'a route in the address',
    lines: ({ victim, stranger }) => [`From: <@${domainOf(stranger)},@any.example:${victim}>`],
  },
  {
    name: 'a quoted pair between two addresses',
    lines: ({ victim, stranger }) => [`From: <${stranger}>\\,<${victim}>`],
  },
  {
    name: 'a bare address, then one in brackets',
    lines: ({ victim, stranger }) => [`From: ${victim},<${stranger}>`],
  },
  {
    name: 'an address behind the brackets',
    lines: ({ victim, stranger }) => [`From: <${stranger}>${victim}`],
  },
  {
    name: 'brackets within brackets',
    lines: ({ victim, stranger }) => [`From: <<${victim}>${stranger}>`],
  },
];
