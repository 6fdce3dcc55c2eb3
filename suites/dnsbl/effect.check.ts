import { check } from '../../harness/check/check.ts';
import { STRANGERS_VISIT, servedStranger } from './client.ts';
import { workingList } from './lists.ts';
import { traceOf } from './trace.ts';
import { lineOf, messageWith, visit } from './visit.ts';

export const listedClientsAreRefused = check(
  {
    ...STRANGERS_VISIT,
    id: 'DNSBL-002',
    slug: 'listed-clients-are-refused',
    title: 'A listed client is refused (or scored) with a permanent, explained reply; an unlisted one is not',
    sends: 'a message from an address on the list, and one from an address that is not',
    demands: 'the first is refused with 5yz and a reason, or delivered as junk; the second is accepted',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc5782#2.1', 'rfc5782#6', 'rfc2505#2.13', 'rfc5321#7.9'],
    safety: 'sends-mail',
    budget: '60s',
    limits: [
      'A weighted list that does not reach its threshold alone looks like one whose result is ignored.',
    ],
    upholds: ['dnsbl.zones'],
    kills: ['dnsbl-result-ignored', 'dnsbl-refusal-unexplained'],
  },
  async (services) => {
    const { verify, nonce } = services;
    const { world, zone, sender, recipient } = await servedStranger(services);

    const listed = world.unusedVantage('near');
    const other = world.unusedVantage('distant');
    const reason = `listed nonce ${nonce}`;
    await world.dns.publish(zone, workingList(zone, { address: listed.address, reason }));
    const token = `listed-${nonce}`;
    const sent = messageWith(services, { token, sender, recipient });
    const refused = await visit(services, { vantage: listed.name, sender, recipient, message: sent });
    switch (refused.kind) {
      case 'accepted': {
        const trace = await traceOf(services, { token, sent }, [zone, reason]);
        verify.that(trace !== null, {
          demand: 'mail from a listed address is refused, or delivered with a mark',
          expected: '5yz, a junk mailbox or a header field about the list',
          actual: trace ?? 'accepted, and delivered without a trace of the list',
        });
        break;
      }
      case 'refused': {
        verify.ideally.that(refused.code >= 500, {
          demand: 'a listed address is refused permanently',
          expected: '5yz',
          actual: lineOf(refused),
        });
        const explained = refused.line.includes(reason) || refused.line.toLowerCase().includes(zone);
        verify.ideally.that(explained, {
          demand: 'the refusal names the list, or the reason that it gives',
          expected: `${zone} or "${reason}"`,
          actual: lineOf(refused),
        });
        break;
      }
      case 'dropped':
        verify.ideally.missed('a listed address is told why it is refused', {
          expected: '5yz and a reason',
          actual: lineOf(refused),
        });
    }

    const message = messageWith(services, { token: `other-${nonce}`, sender, recipient });
    const served = await visit(services, { vantage: other.name, sender, recipient, message });
    verify.equal(
      lineOf(served),
      'accepted',
      'mail from an address that is not on the list is accepted meanwhile',
    );
  },
);
