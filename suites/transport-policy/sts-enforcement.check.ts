import { type CertificateRequest, check, type Services } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireMtaSts } from './claims.ts';
import {
  awaited,
  type Destination,
  hostName,
  type PublishedPolicy,
  publishDestination,
  stsPolicy,
} from './destination.ts';
import {
  mustArrive,
  mustNotArrive,
  mustNotFallBackToClear,
  type Outcome,
  outcomesOf,
  shouldArriveAfterRepair,
  type Wait,
} from './outcome.ts';
import { DELAY_LIMIT, OUTGOING } from './outgoing-mail.ts';
import { primed } from './primed.ts';
import { STRIPPINGS } from './strippings.ts';

/** The policy of a domain with one host. */
function policyFor(services: Services, domain: string): PublishedPolicy {
  return { web: { policy: stsPolicy(services, [hostName(domain)]) } };
}

/** Sends to each destination and tells what became of it. */
async function sendTo(
  services: Services,
  destinations: readonly Destination[],
  wait?: Wait,
): Promise<readonly Outcome[]> {
  await makeTargetSend(
    services,
    destinations.map(({ recipient }) => recipient),
  );
  return outcomesOf(services, destinations, wait);
}

export const policyResistsStripping = check(
  {
    ...OUTGOING,
    id: 'TPOL-011',
    slug: 'policy-resists-stripping',
    title: 'MTA-STS enforce: no delivery when STARTTLS is stripped or fails',
    sends:
      'as the first account: messages to domains with an enforced policy that the target knows, whose STARTTLS is stripped, garbled, refused, reset in the handshake, or speaks TLS 1.0 only; STARTTLS is then restored',
    demands: 'nothing is sent in the clear',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc8461#5', 'rfc8461#4', 'bsi-tr-03108#4.1.8'],
    waits: expectedDeliveries(3),
    limits: [DELAY_LIMIT],
    upholds: ['outgoing-policies.mta-sts'],
    kills: ['sts-enforces-nothing'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireMtaSts(services);
    const attacks = [
      ...STRIPPINGS,
      { name: 'nothing better than TLS 1.0 is spoken', label: 'tls-1-0', script: [] },
    ];
    const domains = attacks.map(({ label }) => lab().domain(label));
    const good = await primed(
      services,
      domains.map((domain) => ({ domain, policy: policyFor(services, domain) })),
    );
    const attacked = await Promise.all(
      attacks.map(async ({ label, script }, index) => {
        const domain = domains[index] ?? '';
        const receiver = await lab().receiver({
          label: 'attacked',
          publish: false,
          script: [...script],
          tls: {
            certificate: { names: [hostName(domain)] },
            ...(label === 'tls-1-0' ? { maxVersion: 'TLSv1' as const } : {}),
          },
        });
        return publishDestination(services, domain, {
          hosts: [{ receiver }],
          policy: policyFor(services, domain),
        });
      }),
    );
    const outcomes = await sendTo(services, attacked, 'the whole time');
    const restored = await Promise.all(
      domains.map((domain) =>
        publishDestination(services, domain, {
          hosts: [{ receiver: good }],
          policy: policyFor(services, domain),
        }),
      ),
    );
    const repaired = await outcomesOf(services, restored.map(awaited));
    for (const [index, { name }] of attacks.entries()) {
      await variant(name, async (verify) => {
        const [outcome, later] = [outcomes[index], repaired[index]];
        if (!outcome || !later) return;
        mustNotArrive(
          services,
          verify,
          outcome,
          'a server under an enforced policy gets nothing without TLS',
        );
        await shouldArriveAfterRepair(services, verify, later);
      });
    }
  },
);

interface CertificateCase {
  readonly name: string;
  readonly label: string;
  readonly certificate: (domain: string) => CertificateRequest;
  readonly good?: boolean;
}

const CERTIFICATES: readonly CertificateCase[] = [
  {
    name: 'an expired certificate',
    label: 'expired',
    certificate: (domain) => ({ variant: 'expired', names: [hostName(domain)] }),
  },
  {
    name: 'a self-signed certificate',
    label: 'self-signed',
    certificate: (domain) => ({ variant: 'self-signed', names: [hostName(domain)] }),
  },
  {
    name: 'a certificate of another authority',
    label: 'other-authority',
    certificate: (domain) => ({ variant: 'untrusted-ca', names: [hostName(domain)] }),
  },
  {
    name: 'a certificate for another host',
    label: 'other-host',
    certificate: (domain) => ({ names: [hostName(domain, 'other')] }),
  },
  {
    name: 'a certificate with the name in the subject alone',
    label: 'common-name',
    certificate: (domain) => ({ variant: 'common-name-only', names: [hostName(domain)] }),
  },
  {
    name: 'a certificate for the domain of the recipient',
    label: 'recipient',
    certificate: (domain) => ({ names: [domain] }),
  },
  {
    name: 'a certificate with a wildcard for the server',
    label: 'wildcard',
    certificate: (domain) => ({ names: [`*.${domain}`] }),
    good: true,
  },
];

export const policyDemandsCertificate = check(
  {
    ...OUTGOING,
    id: 'TPOL-012',
    slug: 'policy-demands-certificate',
    title: 'MTA-STS enforce: expired, untrusted or misnamed MX certificates stop delivery',
    sends:
      'as the first account: messages to domains with an enforced policy that the target knows, whose server shows a certificate that is not good for its name',
    demands: 'nothing is told to such a server, in TLS or in the clear',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc8461#4.2', 'rfc8461#5', 'rfc8461#4', 'bsi-tr-03108#4.1.8'],
    waits: expectedDeliveries(2),
    upholds: ['outgoing-policies.mta-sts'],
    kills: ['sts-skips-certificate-name', 'outbound-gives-up-tls-after-bad-certificate'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireMtaSts(services);
    const domains = CERTIFICATES.map(({ label }) => lab().domain(label));
    await primed(
      services,
      domains.map((domain) => ({ domain, policy: policyFor(services, domain) })),
    );
    const destinations = await Promise.all(
      CERTIFICATES.map(async ({ certificate }, index) => {
        const domain = domains[index] ?? '';
        const receiver = await lab().receiver({
          label: 'certified',
          publish: false,
          tls: { certificate: certificate(domain) },
        });
        return publishDestination(services, domain, {
          hosts: [{ receiver }],
          policy: policyFor(services, domain),
        });
      }),
    );
    const outcomes = await sendTo(
      services,
      destinations.map((one, index) => (CERTIFICATES[index]?.good ? awaited(one) : one)),
    );
    for (const [index, { name, good = false }] of CERTIFICATES.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        if (good) {
          mustArrive(
            services,
            verify.ideally,
            outcome,
            'a server with a certificate for its name gets the message',
          );
          return;
        }
        mustNotArrive(
          services,
          verify,
          outcome,
          'a server without a good certificate for its name gets nothing',
        );
        mustNotFallBackToClear(verify, outcome);
      });
    }
  },
);
