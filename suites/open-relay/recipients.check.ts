import { check } from '../../harness/check/check.ts';
import { ADDRESS_LITERALS, BANG_PATHS, PERCENT_HACK, QUOTED_AND_DOUBLED, SOURCE_ROUTES } from './forms.ts';
import { judgeForms, NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';

/** RFC 2505 §2.1 wants routes in a local part, where they are understood, looked at by the relay rule. */
const LIMITS = [
  ...RELAY_CHECK.limits,
  'A local part may contain any of these characters: what is accepted and delivered on the spot is no relay, and is recognised as such in the mailbox of the account alone.',
] as const;

export const percentHackIsNotRelayed = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-005',
    slug: 'percent-hack-is-not-relayed',
    title: 'Percent-hack recipients are not relayed',
    sends:
      'recipients of the form user%elsewhere at the domain, host name and address of the target, and alone',
    limits: LIMITS,
    kills: ['mx-relays-percent-hack'],
  },
  (services) => judgeForms(services, PERCENT_HACK),
);

export const sourceRoutesAreNotRelayed = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-006',
    slug: 'source-routes-are-not-relayed',
    title: 'Source-routed recipients are not relayed',
    sends: 'recipients elsewhere with a source route through the target',
    clauses: [...NO_RELAY_CLAUSES, 'rfc5321#3.6.1', 'rfc5321#4.1.1.3'],
    kills: ['mx-relays-source-route'],
  },
  (services) => judgeForms(services, SOURCE_ROUTES),
);

export const bangPathsAreNotRelayed = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-007',
    slug: 'bang-paths-are-not-relayed',
    title: 'Bang-path recipients are not relayed',
    sends:
      'recipients of the form elsewhere!user at the domain, host name and address of the target, and alone',
    limits: LIMITS,
    kills: ['mx-relays-bang-path'],
  },
  (services) => judgeForms(services, BANG_PATHS),
);

export const quotedRecipientsAreNotRelayed = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-008',
    slug: 'quoted-and-doubled-recipients-are-not-relayed',
    title: 'Quoted and double-@ recipients are not relayed',
    sends:
      'recipients whose local part is an address elsewhere: quoted, escaped, with a second at sign, with a comma',
    clauses: [...NO_RELAY_CLAUSES, 'rfc5321#4.1.2'],
    limits: LIMITS,
    kills: ['mx-relays-quoted-local-part', 'mx-relays-doubled-at'],
  },
  (services) => judgeForms(services, QUOTED_AND_DOUBLED),
);

export const addressLiteralsAreNotRelayed = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-009',
    slug: 'address-literals-are-not-relayed',
    title: 'Address-literal recipients are not relayed',
    sends: 'recipients at the address of the receiving server, and an account at the address of the target',
    limits: [
      ...RELAY_CHECK.limits,
      'The receiving server has an IPv4 address; its IPv6 literal is the IPv4-mapped one.',
      'Refusing mail for an account at the own address is allowed, and so is taking it.',
    ],
    kills: ['mx-relays-address-literal'],
  },
  (services) => judgeForms(services, ADDRESS_LITERALS),
);
