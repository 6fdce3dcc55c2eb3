/** The suites of mailspec: code prefix, folder under `suites/`, and what the suite asks, in one line. */
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
] as const;

export type SuitePrefix = (typeof SUITES)[number]['prefix'];
export type SuiteSlug = (typeof SUITES)[number]['slug'];
/** A permanent requirement code, such as `STLS-011`. */
export type CheckId = `${SuitePrefix}-${string}`;

/**
 * The suite that a code belongs to.
 * @throws Error when no suite has the prefix of the code.
 */
export function suiteOf(id: CheckId): (typeof SUITES)[number] {
  const prefix = id.slice(0, id.lastIndexOf('-'));
  const suite = SUITES.find((candidate) => candidate.prefix === prefix);
  if (!suite)
    throw new Error(`The code ${id} does not belong to a suite: no suite has the prefix ${prefix}.`);
  return suite;
}
