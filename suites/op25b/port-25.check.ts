import { check } from '../../harness/check/check.ts';
import { isSink, judgeableSinks, lineOf, MEETS_SINKS, meet, principalOf } from './meeting.ts';

export const port25IsBlocked = check(
  {
    ...MEETS_SINKS,
    id: 'OP25-001',
    slug: 'port-25-is-blocked',
    title: 'Outbound port 25 to arbitrary hosts is blocked for subscribers',
    sends: 'connections from a subscriber to port 25 of servers in other networks, over IPv4 and IPv6',
    demands: 'where OP25B is declared, none of them answers',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc5068#4'],
    roles: ['mx'],
    budget: '120s',
    limits: [
      'Speaks for the customer class of the vantage; customers with static addresses are usually exempt.',
      'IPv6 is judged where the network and the lab have it.',
    ],
    upholds: ['op25b.declared'],
    kills: ['network-passes-port-25', 'network-passes-port-25-to-some', 'network-passes-port-25-over-ipv6'],
  },
  async (services) => {
    const { lab, target, verify, note, notApplicable } = services;
    const network = lab().network();
    const sinks = await judgeableSinks(services, network, 'mx');
    const principal = principalOf(services, sinks);
    const seen = await Promise.all(
      sinks.map(async (sink) => ({ sink, meeting: await meet(services, network.subscriber, sink.mx) })),
    );
    for (const { sink, meeting } of seen) note(`port 25 of ${sink.address}: ${lineOf(meeting)}`);
    if (!target.claims.op25b?.declared) {
      const observed = seen.map(({ sink, meeting }) => `${sink.address}: ${lineOf(meeting)}`).join('; ');
      return notApplicable('Outbound port 25 blocking is not declared for this network.', observed);
    }
    // A greeting without the name of the sink is somebody else's, which OP25-004 judges.
    for (const { sink, meeting } of seen) {
      const strength = sink === principal ? verify : verify.ideally;
      strength.that(!isSink(meeting, sink), {
        demand: `a subscriber does not reach port 25 of ${sink.address} (${sink.family})`,
        expected: 'no greeting of the server there',
        actual: lineOf(meeting),
      });
    }
  },
);
