import { check } from '../../harness/check/check.ts';
import { STRANGERS_VISIT, servedStranger } from './client.ts';
import { recordsOf, wasAsked, wildcard } from './lists.ts';
import { lineOf, visit } from './visit.ts';

/** Lists that must not be believed. `common`: many servers do, and the requirement is a SHOULD. */
const BROKEN = [
  { name: 'every name has an address outside 127.0.0.0/8', code: '192.0.2.1', common: false },
  { name: 'the list refuses to answer this resolver', code: '127.255.255.254', common: false },
  { name: 'every name is listed, 127.0.0.1 too', code: '127.0.0.2', common: true },
  { name: 'an entry, and no test entry for 127.0.0.2', code: '127.0.0.3', common: true },
] as const;

export const brokenListsAreIgnored = check(
  {
    ...STRANGERS_VISIT,
    id: 'DNSBL-003',
    slug: 'broken-lists-are-ignored',
    title: 'A broken or hijacked list does not block the world',
    sends:
      'mail from an address that is on no list, while the list answers in ways that no working list does',
    demands: 'it is accepted: the answers are recognised as those of a list that does not work',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc5782#5', 'rfc5782#7', 'rfc6471#3.3', 'rfc5782#6'],
    safety: 'sends-mail',
    budget: '60s',
    limits: [
      'RFC 5782 §6 takes any A record for an entry, RFC 6471 §3.3 does not; the safe behaviour is demanded.',
    ],
    kills: ['dnsbl-any-answer-counts', 'dnsbl-test-entries-unchecked'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    const { world, zone, sender, recipient } = await servedStranger(services);

    for (const { name, code, common } of BROKEN) {
      await variant(name, async (verify) => {
        const { name: vantage, address } = world.unusedVantage('distant');
        const isEntry = code === '127.0.0.3';
        await world.dns.publish(zone, isEntry ? recordsOf(zone, { address, code }) : wildcard(zone, code));
        const outcome = await visit(services, { vantage, sender, recipient });
        if (!(await wasAsked(world, zone, address)))
          inconclusive('precondition', `The list was not asked about ${address}.`);
        const strength = common ? verify.ideally : verify;
        strength.equal(lineOf(outcome), 'accepted', 'mail is accepted while the list does not work');
      });
    }
  },
);
