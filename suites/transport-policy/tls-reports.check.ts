import { check, type Services } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireMtaSts } from './claims.ts';
import { goodReceiver } from './controls.ts';
import { awaited, type Destination, hostName, publishDestination, stsPolicy } from './destination.ts';
import { assertAttempted, describe, type Outcome, outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';
import { STRIPPED } from './strippings.ts';
import { arrivedFor, judgeAbsence, judgeReport, judgeStrays } from './tls-report-judgement.ts';

/** How far apart the reports of one go may come, in milliseconds. */
const SPREAD = 1_000;

/** A domain that asks for reports, and what is to be told. */
interface Asking {
  readonly name: string;
  readonly label: string;
  /** The failure that a report has to tell; TLS works where it is absent. */
  readonly failure?: string;
}

const ASKING: readonly Asking[] = [
  { name: 'TLS works', label: 'works' },
  {
    name: 'a certificate for another host under an enforced policy',
    label: 'misnamed',
    failure: 'certificate-host-mismatch',
  },
  {
    name: 'STARTTLS stripped under an enforced policy',
    label: 'stripped',
    failure: 'starttls-not-supported',
  },
];

/** Domains that ask for nothing, in the eyes of RFC 8460 §3. */
const NOT_ASKING: readonly {
  readonly name: string;
  readonly label: string;
  readonly texts: (rua: string) => readonly string[];
}[] = [
  { name: 'no record', label: 'unasked', texts: () => [] },
  { name: 'a record of another version', label: 'version', texts: (rua) => [`v=TLSRPTv2; ${rua}`] },
  { name: 'a record without version', label: 'versionless', texts: (rua) => [rua] },
  { name: 'a record without address', label: 'addressless', texts: () => ['v=TLSRPTv1;'] },
  {
    name: 'two records',
    label: 'twice',
    texts: (rua) => [`v=TLSRPTv1; ${rua}`, `v=TLSRPTv1; ${rua};`],
  },
];

export const tlsReportsTellDomainsThatAsk = check(
  {
    ...OUTGOING,
    id: 'TPOL-018',
    slug: 'tls-reports-tell-domains-that-ask',
    title: 'TLSRPT: reports are generated for domains that ask for them, correct and signed',
    needs: [...OUTGOING.needs, 'time'],
    sends:
      'as the first account: messages to domains that ask for reports, where TLS works, where the certificate is for another host and where STARTTLS is stripped, the last two under an enforced MTA-STS policy; and to domains whose records ask for nothing',
    demands:
      'the former are told what happened, signed and well formed, although the server for reports has an expired certificate; nobody else is',
    level: 'policy',
    severity: 'low',
    clauses: [
      'rfc8460#3',
      'rfc8460#4.3.1',
      'rfc8460#4.4',
      'rfc8460#5.3',
      'rfc8460#4',
      'rfc8461#6',
      'bsi-tr-03108#4.1.9',
    ],
    budget: '60s',
    waits: (target) =>
      (target.claims.outgoingPolicies?.tlsReportsWithinMs ?? 0) + SPREAD + expectedDeliveries(1)(target),
    limits: [
      'Servers report once a day. The check waits as long as the target file says (claims: outgoing-policies: tls-reports), and is not applicable where it says nothing.',
      'Reports by https are not asked for: they carry no signature that could be judged.',
    ],
    upholds: ['outgoing-policies.tls-reports'],
    kills: [
      'tls-reports-unsent',
      'tls-reports-omit-failures',
      'tls-reports-miscount',
      'tls-reports-without-reason',
      'tls-reports-unasked',
      'tls-reports-for-invalid-records',
      'tls-reports-to-postmaster',
      'tls-reports-without-fields',
      'tls-reports-need-good-tls',
      'signs-no-reports',
      'signs-nothing-of-the-body',
    ],
  },
  async (services) => {
    const { target, lab, variant, notApplicable, pause } = services;
    const within = target.claims.outgoingPolicies?.tlsReportsWithinMs;
    if (!within)
      return notApplicable(
        'No time is declared within which reports on TLS come.',
        'outgoing-policies.tls-reports is not claimed',
      );
    const world = lab();
    const mailroom = await world.receiver({
      label: 'reports',
      publish: false,
      tls: { certificate: { variant: 'expired', names: [hostName(world.domain('reports'))] } },
    });
    const { domain: home } = await publishDestination(services, world.domain('reports'), {
      hosts: [{ receiver: mailroom }],
    });
    const rua = (label: string) => `rua=mailto:${label}@${home}`;
    const asking = await Promise.all(ASKING.map((one) => publishAsking(services, one, rua(one.label))));
    const silent = await publishSilent(services, rua);
    const destinations = [...asking, ...silent];
    await makeTargetSend(
      services,
      destinations.map(({ recipient }) => recipient),
    );
    const outcomes = await outcomesOf(services, destinations);
    const reports = await Promise.all(
      ASKING.map(({ label }) => mailroom.waitForMessage({ recipient: `${label}@${home}`, withinMs: within })),
    );
    for (const [index, one] of ASKING.entries()) {
      await variant(one.name, async (verify) => {
        const [outcome, report] = [outcomes[index], reports[index] ?? null];
        if (!outcome) return;
        if (one.failure !== undefined) requireMtaSts(services);
        assertHappened(services, one, outcome);
        await judgeStrays(verify, outcome.destination);
        if (report) await judgeReport(services, verify, report, one, outcome);
        else await judgeAbsence(verify, mailroom, outcome, within);
      });
    }
    // Whoever sends no reports at all sends none to those who did not ask, either.
    if (reports.some((report) => report !== null)) await pause(SPREAD);
    for (const [index, { name, label }] of NOT_ASKING.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[ASKING.length + index];
        if (!outcome) return;
        assertHappened(services, {}, outcome);
        await judgeStrays(verify, outcome.destination);
        const told = await arrivedFor(mailroom, `${label}@${home}`);
        verify.that(told === undefined, {
          demand: 'a domain that does not ask is told nothing',
          expected: 'no report',
          actual: told ? `mail to ${told.recipients.join(', ')}` : 'no report',
        });
      });
    }
  },
);

async function publishAsking(
  services: Services,
  { label, failure }: Asking,
  rua: string,
): Promise<Destination> {
  const domain = services.lab().domain(label);
  const host = hostName(domain, failure === 'certificate-host-mismatch' ? 'other' : 'mx');
  const receiver = await services.lab().receiver({
    label,
    publish: false,
    tls: { certificate: { names: [host] } },
    script: failure === 'starttls-not-supported' ? [...STRIPPED] : [],
  });
  const destination = await publishDestination(services, domain, {
    hosts: [{ receiver }],
    more: [record(domain, `v=TLSRPTv1; ${rua}`)],
    ...(failure === undefined
      ? {}
      : { policy: { web: { policy: stsPolicy(services, [hostName(domain)]) } } }),
  });
  return failure === undefined ? awaited(destination) : destination;
}

/** Domains that ask for nothing, with one server. */
async function publishSilent(
  services: Services,
  rua: (label: string) => string,
): Promise<readonly Destination[]> {
  const domains = NOT_ASKING.map(({ label }) => services.lab().domain(label));
  const { receiver } = await goodReceiver(
    services,
    domains.map((domain) => hostName(domain)),
  );
  return Promise.all(
    NOT_ASKING.map(async ({ label, texts }, index) => {
      const domain = domains[index] ?? '';
      const more = texts(rua(label)).map((text) => record(domain, text));
      return awaited(await publishDestination(services, domain, { hosts: [{ receiver }], more }));
    }),
  );
}

function record(domain: string, data: string) {
  return { name: `_smtp._tls.${domain}`, type: 'TXT', data } as const;
}

/** Ends the variant where there was nothing of the kind to report. */
function assertHappened(services: Services, { failure }: Partial<Asking>, outcome: Outcome): void {
  assertAttempted(services, outcome);
  if ((outcome.arrived === null) === (failure !== undefined)) return;
  services.inconclusive('precondition', `What is to be reported did not come about: ${describe(outcome)}.`);
}
