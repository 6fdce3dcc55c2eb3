import { check, type Services } from '../../harness/check/check.ts';
import { listed, PLAINTEXT_MECHANISMS } from './mechanisms.ts';

/** Mechanisms that EHLO lists before TLS and inside it; none inside where TLS is not offered. */
async function mechanismsInBothPhases({ smtp, role, inconclusive }: Services) {
  const client = await smtp({ at: 'ready' });
  const clear = client.capabilities?.mechanisms ?? [];
  const offersTls = client.capabilities?.keywords.has('STARTTLS') ?? false;
  return {
    clear,
    /** Read only when asked for: a finding in the clear must not depend on the handshake. */
    async inside(): Promise<readonly string[]> {
      if (!offersTls) return [];
      const goAhead = await client.startTls();
      if (goAhead.code !== 220)
        inconclusive('precondition', `${role} offers STARTTLS and refuses it: ${goAhead.text}`);
      await client.ehlo();
      return client.capabilities?.mechanisms ?? [];
    },
  };
}

const LISTS_MECHANISMS = 'EHLO without STARTTLS, and again inside TLS';
const NO_PLAINTEXT = 'no mechanism that carries a reusable secret is listed before TLS';

export const submissionListsNoPlaintext = check(
  {
    id: 'PTA-001',
    slug: 'submission-lists-no-plaintext-mechanism',
    title: 'Port 587 advertises no plaintext SASL mechanism before TLS',
    sends: LISTS_MECHANISMS,
    demands: NO_PLAINTEXT,
    level: 'SHOULD',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc4954#4', 'rfc4954#6', 'rfc4616#1', 'rfc4422#6.1.2'],
    roles: ['submission'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: [
      'smtp-advertises-plain-before-tls',
      'smtp-advertises-bearer-before-tls',
      'smtp-offers-cram-md5-before-tls',
    ],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    const phases = await mechanismsInBothPhases(services);
    const plaintext = phases.clear.filter((mechanism) => PLAINTEXT_MECHANISMS.includes(mechanism));
    const held = verify.that(plaintext.length === 0, {
      demand: NO_PLAINTEXT,
      expected: `none of ${PLAINTEXT_MECHANISMS.join(', ')}`,
      actual: listed(phases.clear),
    });
    if (!held) return;
    // Anything else that is listed in the clear is rated by PTA-012; here it is worth a word.
    verify.ideally.that(phases.clear.length === 0, {
      demand: 'no mechanism at all is listed before TLS',
      expected: 'none',
      actual: listed(phases.clear),
    });
    if (phases.clear.length === 0 && (await phases.inside()).length === 0) {
      notApplicable(
        'The port offers no AUTH at all.',
        'EHLO lists no AUTH, neither before TLS nor inside it',
      );
    }
  },
);

export const mxListsNoPlaintext = check(
  {
    id: 'PTA-002',
    slug: 'mx-lists-no-plaintext-mechanism',
    title: 'Port 25 advertises no plaintext SASL mechanism before TLS',
    sends: LISTS_MECHANISMS,
    demands: NO_PLAINTEXT,
    level: 'SHOULD',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc4954#4', 'rfc4616#1', 'rfc8314#4'],
    roles: ['mx'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: ['mx-advertises-plain-before-tls'],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    const phases = await mechanismsInBothPhases(services);
    const plaintext = phases.clear.filter((mechanism) => PLAINTEXT_MECHANISMS.includes(mechanism));
    const held = verify.that(plaintext.length === 0, {
      demand: NO_PLAINTEXT,
      expected: `none of ${PLAINTEXT_MECHANISMS.join(', ')}`,
      actual: listed(phases.clear),
    });
    if (held && phases.clear.length === 0 && (await phases.inside()).length === 0) {
      notApplicable(
        'The port offers no AUTH at all.',
        'EHLO lists no AUTH, neither before TLS nor inside it',
      );
    }
  },
);
