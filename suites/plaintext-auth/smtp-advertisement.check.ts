import { check, type Services } from '../../harness/check/check.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { listed, mechanismsInBothPhases, READING, verifyNoPlaintext } from './mechanisms.ts';

const NO_PLAINTEXT = 'no mechanism that carries a reusable secret is listed before TLS';

/** What the checks of both ports have in common. */
const LISTING = {
  ...READING,
  sends: 'EHLO without STARTTLS, and again inside TLS',
  demands: NO_PLAINTEXT,
  level: 'SHOULD',
  severity: 'high',
} as const;

/** Verifies the list before TLS; a port without AUTH has nothing to list. */
async function verifyList(services: Services, verifyMore: (clear: readonly string[]) => void): Promise<void> {
  const { verify, notApplicable } = services;
  const { clear, inside } = await mechanismsInBothPhases(services);
  if (!verifyNoPlaintext(verify, clear, NO_PLAINTEXT)) return;
  verifyMore(clear);
  if (clear.length === 0 && (await inside()).length === 0) {
    notApplicable('The port offers no AUTH at all.', 'EHLO lists no AUTH, neither before TLS nor inside it');
  }
}

export const submissionListsNoPlaintext = check(
  {
    ...LISTING,
    overIpv6: ipv6Answers,
    id: 'PTA-001',
    slug: 'submission-lists-no-plaintext-mechanism',
    title: 'Port 587 advertises no plaintext SASL mechanism before TLS',
    clauses: ['rfc4954#4', 'rfc4954#6', 'rfc4616#1', 'rfc4422#6.1.2'],
    roles: ['submission'],
    kills: [
      'smtp-advertises-plain-before-tls',
      'smtp-advertises-bearer-before-tls',
      'smtp-offers-cram-md5-before-tls',
    ],
  },
  (services) =>
    verifyList(services, (clear) => {
      // Anything else that is listed in the clear is rated by PTA-012; here it is worth a word.
      services.verify.ideally.equal(listed(clear), 'none', 'no mechanism at all is listed before TLS');
    }),
);

export const mxListsNoPlaintext = check(
  {
    ...LISTING,
    overIpv6: ipv6Answers,
    id: 'PTA-002',
    slug: 'mx-lists-no-plaintext-mechanism',
    title: 'Port 25 advertises no plaintext SASL mechanism before TLS',
    clauses: ['rfc4954#4', 'rfc4954#6', 'rfc4616#1', 'rfc8314#4'],
    roles: ['mx'],
    kills: ['mx-advertises-plain-before-tls'],
  },
  (services) => verifyList(services, () => undefined),
);
