/** A suite: prefix of its codes, name, and what it asks, in one line. */
export interface Suite {
  readonly prefix: string;
  readonly slug: string;
  readonly topic: string;
  /** Whose it is, where it is not mailspec's own. */
  readonly owner?: string;
}

/** The suites of mailspec; the slug is the folder under `suites/`. */
export const SUITES = [
  { prefix: 'PTA', slug: 'plaintext-auth', topic: 'Plaintext authentication exposure' },
  { prefix: 'STLS', slug: 'starttls', topic: 'STARTTLS: state, injection and stripping' },
  { prefix: 'ITLS', slug: 'implicit-tls', topic: 'Implicit TLS, certificates and protocol floor' },
  { prefix: 'SUB', slug: 'submission', topic: 'Message submission and SMTP AUTH' },
  { prefix: 'RLY', slug: 'open-relay', topic: 'Open relay' },
  { prefix: 'PBS', slug: 'pop-before-smtp', topic: 'POP before SMTP and its window' },
  { prefix: 'SPF', slug: 'spf', topic: 'SPF on receipt and in publication' },
  { prefix: 'DKIM', slug: 'dkim', topic: 'DKIM verification and signing' },
  { prefix: 'DMARC', slug: 'dmarc', topic: 'DMARC and Authentication-Results' },
  { prefix: 'TPOL', slug: 'transport-policy', topic: 'MTA-STS, DANE and outbound downgrade' },
  { prefix: 'SMTP', slug: 'smtp-core', topic: 'SMTP core behaviour and smuggling' },
  { prefix: 'POP3', slug: 'pop3-core', topic: 'POP3 core behaviour' },
  { prefix: 'IMAP', slug: 'imap-core', topic: 'IMAP core behaviour' },
  { prefix: 'MSG', slug: 'message-integrity', topic: 'Messages arriving unchanged' },
  { prefix: 'DNSBL', slug: 'dnsbl', topic: 'Block lists' },
  { prefix: 'OP25', slug: 'op25b', topic: 'Outbound port 25 blocking' },
] as const satisfies readonly Suite[];

/** The name of a suite of mailspec. */
export type OwnSuite = (typeof SUITES)[number]['slug'];
/** The name of any suite, also of one that somebody else wrote. */
export type SuiteSlug = string;
/** A permanent requirement code: the prefix of its suite and a number, such as `STLS-011`. */
export type CheckId = `${string}-${string}`;

/** What stands before the number of a code. */
export function prefixOf(id: CheckId): string {
  return id.slice(0, id.lastIndexOf('-'));
}
