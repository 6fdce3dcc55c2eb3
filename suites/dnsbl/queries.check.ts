import { check } from '../../harness/check/check.ts';
import { strangersOverIpv6 } from '../../harness/steps/controls/ipv6-answers.ts';
import { correspondence, STRANGERS_VISIT } from './client.ts';
import { ALWAYS_LISTED, NEVER_LISTED, nameIn, workingList } from './lists.ts';
import { messageWith, visit } from './visit.ts';

/** How long a query may come after the reply to RCPT, in milliseconds. */
const AFTER_REPLY = 2_000;

export const listsAreAskedInDueForm = check(
  {
    ...STRANGERS_VISIT,
    overIpv6: strangersOverIpv6,
    id: 'DNSBL-001',
    slug: 'lists-are-asked-in-due-form',
    title: 'List queries are well formed for IPv4 and IPv6',
    sends:
      'EHLO, MAIL and RCPT from an address that never came before; where that is not enough and mail may be sent, a message',
    demands: 'the list is asked for the A record of the reversed octets, or nibbles, of that address',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5782#2.1', 'rfc5782#2.4'],
    needs: ['account', 'dns'],
    beyondOpenLab: 'lists-of-the-target',
    safety: 'safe',
    budget: '40s',
    upholds: ['dnsbl.zones'],
    kills: ['dnsbl-keeps-octet-order', 'dnsbl-asks-about-ipv4-only'],
  },
  async (services) => {
    const { verify, target, nonce, note, inconclusive } = services;
    const { world, zone, sender, recipient } = await correspondence(services);
    await world.dns.publish(zone, workingList(zone));
    const before = (await world.dns.queries({ name: zone, below: true })).length;
    const tests = [nameIn(zone, ALWAYS_LISTED), nameIn(zone, NEVER_LISTED)];
    const asked: string[] = [];
    let client = '';

    // Screeners remember whom they let through, so that each attempt takes a new address; content
    // filters ask when they have the message.
    const maySend = target.permissions.includes('sends-mail');
    for (const withMessage of maySend ? [false, true] : [false]) {
      const { name: vantage, address } = world.unusedVantage('distant');
      client = address;
      const expected = nameIn(zone, address);
      const message = messageWith(services, { token: nonce, sender, recipient });
      const outcome = await visit(services, {
        vantage,
        sender,
        recipient,
        ...(withMessage ? { message } : {}),
      });
      const found = await world.dns.waitForQuery({ name: expected, type: 'A', withinMs: AFTER_REPLY });
      const queries = await world.dns.queries({ name: zone, below: true });
      const own = queries.slice(before).filter(({ name }) => !tests.includes(name.toLowerCase()));
      asked.push(...own.map(({ name, type }) => `${type} ${name}`));
      if (!found && own.length === 0) {
        note(`the list was not asked about ${address}${withMessage ? ', not even with a message' : ''}`);
        // Who is refused for another reason need not be looked up.
        if (outcome.kind === 'refused')
          inconclusive(
            'precondition',
            `A client that is on no list is refused before one is asked: ${outcome.line}`,
          );
        continue;
      }
      verify.that(found !== null, {
        demand: `the list is asked about ${address} in its reversed form`,
        expected: `A ${expected}`,
        actual: asked.join(', '),
      });
      return;
    }
    if (!maySend) {
      inconclusive(
        'precondition',
        'The list was not asked up to RCPT, and targets.yaml does not permit a message, with which it might be.',
      );
    }
    // RFC 5782 §2.4 says how a list is asked about IPv6, not that each list has to be.
    const strength = client.includes(':') ? verify.ideally : verify;
    strength.missed('the configured list is asked about clients', {
      expected: `queries below ${zone}`,
      actual: 'none',
    });
  },
);
