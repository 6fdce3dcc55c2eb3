import { type AccessNetwork, check, type Services } from '../../harness/check/check.ts';
import { isSink, judgeableSinks, lineOf, MEETS_SINKS, type Meeting, meet } from './meeting.ts';

type Service = 'submission' | 'submissions';

export const port587IsOpen = check(
  {
    ...MEETS_SINKS,
    id: 'OP25-002',
    slug: 'port-587-is-open',
    title: 'Outbound port 587 to external servers is open',
    sends: 'EHLO from a subscriber on port 587 of servers outside and of the target',
    demands: 'the servers themselves answer',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5068#4.1'],
    roles: ['submission'],
    budget: '60s',
    kills: ['network-blocks-submission', 'network-answers-submission'],
  },
  (services) => judgeService(services, 'submission'),
);

export const port465IsOpen = check(
  {
    ...MEETS_SINKS,
    id: 'OP25-003',
    slug: 'port-465-is-open',
    title: 'Outbound port 465 (submissions) to external servers is open',
    sends: 'a TLS handshake and EHLO from a subscriber on port 465 of servers outside and of the target',
    demands: 'the servers themselves answer, with the certificate that everybody else sees',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc8314#3.3', 'rfc5068#4.1'],
    roles: ['submissions'],
    budget: '60s',
    limits: ['RFC 5068 names port 587 only; that it holds for 465 is current practice (RFC 8314).'],
    kills: ['network-blocks-submissions', 'network-answers-submissions'],
  },
  (services) => judgeService(services, 'submissions'),
);

async function judgeService(services: Services, service: Service): Promise<void> {
  const { lab, verify } = services;
  const network = lab().network();
  const sinks = await judgeableSinks(services, network, service);
  await Promise.all(
    sinks.map(async (sink) => {
      const [meeting, control] = await Promise.all([
        meet(services, network.subscriber, sink[service]),
        meet(services, network.open, sink[service]),
      ]);
      verify.that(isSink(meeting, sink), {
        demand: `a subscriber reaches ${service} of ${sink.address} (${sink.family})`,
        expected: `an answer of ${sink.hostname}`,
        actual: lineOf(meeting),
      });
      sameCertificate(services, sink.address, meeting, control);
    }),
  );
  await judgeTarget(services, network, service);
}

/** The target is outside too, where it is not the network itself. */
async function judgeTarget(services: Services, network: AccessNetwork, service: Service): Promise<void> {
  const { target, verify, note } = services;
  const endpoint = target.driver === 'network' ? undefined : target.endpoints[service];
  if (!endpoint) return;
  const there = { role: service, endpoint };
  const control = await meet(services, network.open, there);
  if (control.kind !== 'answered') {
    note(`The target is left out: the control vantage sees ${lineOf(control)}.`);
    return;
  }
  const meeting = await meet(services, network.subscriber, there);
  verify.that(meeting.kind === 'answered' && meeting.name === control.name, {
    demand: `a subscriber reaches ${service} of the target`,
    expected: `an answer of ${control.name}`,
    actual: lineOf(meeting),
  });
  sameCertificate(services, 'the target', meeting, control);
}

/** Another certificate means that somebody sits in between. */
function sameCertificate({ verify }: Services, whose: string, meeting: Meeting, control: Meeting): void {
  if (meeting.kind !== 'answered' || control.kind !== 'answered' || control.certificate === null) return;
  verify.equal(
    meeting.certificate === null ? 'no TLS' : `SHA-256 ${meeting.certificate}`,
    `SHA-256 ${control.certificate}`,
    `a subscriber sees the certificate of ${whose}`,
  );
}
