import { check, type OutsideSink, type Services } from '../../harness/check/check.ts';
import { isSink, judgeableSinks, lineOf, MEETS_SINKS, meet, principalOf } from './meeting.ts';

export const port25IsNotIntercepted = check(
  {
    ...MEETS_SINKS,
    id: 'OP25-004',
    slug: 'port-25-is-not-intercepted',
    title: 'Port 25 traffic is not intercepted or redirected',
    sends:
      'EHLO, NOOP with a random word and STARTTLS from a subscriber to port 25 of a server outside, and a connection to an address there on which nothing listens',
    demands: 'either nobody answers, or the server itself, unchanged; nobody answers for the empty address',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc5068#4'],
    roles: ['mx'],
    budget: '90s',
    limits: ['A mail filter on the machine of the vantage looks like one in the network.'],
    kills: ['network-intercepts-port-25', 'network-strips-starttls-from-port-25'],
  },
  async (services) => {
    const { lab, verify, note, nonce } = services;
    const network = lab().network();
    const sink = principalOf(services, await judgeableSinks(services, network, 'mx'));

    const control = await meet(services, network.open, network.unused);
    if (control.kind === 'nothing') {
      const answered = await meet(services, network.subscriber, network.unused);
      verify.that(answered.kind === 'nothing', {
        demand: 'nobody answers for an address on which nothing listens',
        expected: 'no answer',
        actual: lineOf(answered),
      });
    } else note(`The empty address is not empty: ${lineOf(control)}.`);

    const meeting = await meet(services, network.subscriber, sink.mx);
    if (meeting.kind === 'nothing') {
      verify.met('port 25 is blocked, or leads to the server itself', lineOf(meeting));
      return;
    }
    const isItself = verify.that(isSink(meeting, sink), {
      demand: 'the greeting and the EHLO reply are those of the server itself',
      expected: `${sink.hostname} in both`,
      actual: lineOf(meeting),
    });
    if (!isItself) return;
    const there = await look(services, network.open, sink, `control-${nonce}`);
    const here = await look(services, network.subscriber, sink, `subscriber-${nonce}`);
    verify.equal(here.keywords, there.keywords, 'the EHLO keywords arrive unchanged');
    verify.equal(here.certificate, there.certificate, 'a subscriber sees the certificate of the server');
    verify.found(here.recorded[0], 'the server received the command that the subscriber sent', {
      what: 'NOOP with the random word',
      as: () => `NOOP with the random word from ${here.recorded.join(', ')}`,
    });
  },
);

interface View {
  readonly keywords: string;
  readonly certificate: string;
  /** Where the server saw the command come from; empty when it never came. */
  readonly recorded: readonly string[];
}

/** One conversation that both ends can tell about. */
async function look({ smtp }: Services, vantage: string, sink: OutsideSink, word: string): Promise<View> {
  const client = await smtp({ vantage, elsewhere: sink.mx, at: 'ready' });
  const keywords = [...(client.capabilities?.keywords.keys() ?? [])].sort().join(' ');
  await client.command(`NOOP ${word}`);
  const goAhead = await client.attempt('STARTTLS');
  let certificate = 'STARTTLS refused';
  if (goAhead.kind === 'reply' && goAhead.reply.code === 220) {
    certificate = await client.connection.startTls({ serverName: sink.hostname }).then(
      () => client.connection.session?.socket.getPeerCertificate().fingerprint256 ?? 'none',
      (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
    );
  }
  client.connection.close();
  const recorded = (await sink.sessions(word)).map((session) => session.client.address);
  return { keywords, certificate, recorded };
}
