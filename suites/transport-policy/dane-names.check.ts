import { type CertificateRequest, check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireDane } from './claims.ts';
import { assertDaneWorks, daneControl, goodReceiver } from './controls.ts';
import { awaited, hostName, publishDestination } from './destination.ts';
import { mustArrive, mustNotArrive, outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';

interface Case {
  readonly name: string;
  readonly label: string;
  /** Labels of the server below the domain; `mx` when absent. */
  readonly host?: string;
  readonly certificate: (domain: string) => CertificateRequest;
  readonly expected: 'delivery' | 'no delivery' | 'rather no delivery';
}

const CASES: readonly Case[] = [
  {
    name: 'the certificate names the server',
    label: 'server',
    certificate: (domain) => ({ names: [hostName(domain)] }),
    expected: 'delivery',
  },
  {
    name: 'the certificate names the domain of the recipient',
    label: 'recipient',
    certificate: (domain) => ({ names: [domain] }),
    expected: 'delivery',
  },
  {
    name: 'a wildcard stands for one label',
    label: 'wildcard',
    certificate: (domain) => ({ names: [`*.${domain}`] }),
    expected: 'delivery',
  },
  {
    name: 'the certificate names somebody else',
    label: 'stranger',
    certificate: (domain) => ({ names: [`mx.not-${domain}`] }),
    expected: 'no delivery',
  },
  {
    name: 'a wildcard would have to stand for two labels',
    label: 'two-labels',
    host: 'a.mx',
    certificate: (domain) => ({ names: [`*.${domain}`] }),
    expected: 'rather no delivery',
  },
  {
    name: 'another authority vouches for the server',
    label: 'other-authority',
    certificate: (domain) => ({ variant: 'untrusted-ca', names: [hostName(domain)] }),
    expected: 'no delivery',
  },
];

export const trustAnchorNeedsName = check(
  {
    ...OUTGOING,
    id: 'TPOL-007',
    slug: 'trust-anchor-needs-name',
    title: 'DANE-TA(2): chain and name are both checked, with the permitted reference names',
    sends:
      'as the first account: messages to signed domains with TLSA 2 0 1 for the authority of the lab, whose servers have certificates for the right and for wrong names, and of another authority',
    demands:
      'the message goes to servers that the authority vouches for under the name of the server or of the recipient domain, and to no others',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7672#3.2.2', 'rfc7672#3.2.3', 'rfc7672#1.1', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(1),
    kills: ['dane-skips-name-below-trust-anchor'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireDane(services);
    const control = await daneControl(services);
    const { pinnedAuthority } = await goodReceiver(services, ['mx.test']);
    const destinations = await Promise.all(
      CASES.map(async ({ label, host = 'mx', certificate }) => {
        const domain = lab().domain(label);
        const receiver = await lab().receiver({
          label: 'below-authority',
          publish: false,
          tls: { certificate: certificate(domain) },
        });
        return publishDestination(services, domain, {
          hosts: [{ label: host, receiver, tlsa: [pinnedAuthority] }],
          signing: {},
        });
      }),
    );
    await makeTargetSend(
      services,
      [control, ...destinations].map(({ recipient }) => recipient),
    );
    const [controlled, ...outcomes] = await outcomesOf(services, [
      control,
      ...destinations.map((one, index) => (CASES[index]?.expected === 'delivery' ? awaited(one) : one)),
    ]);
    if (!controlled) return;
    assertDaneWorks(services, controlled);
    for (const [index, { name, expected }] of CASES.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        if (expected === 'delivery') {
          mustArrive(services, verify, outcome, 'a server with a permitted name gets the message');
          return;
        }
        const judged = expected === 'no delivery' ? verify : verify.ideally;
        mustNotArrive(services, judged, outcome, 'a server without a permitted name gets nothing');
      });
    }
  },
);
