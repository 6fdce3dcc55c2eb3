import { check, Silence } from '../../harness/check/check.ts';
import { STRANGERS_VISIT, servedStranger } from './client.ts';
import { wasAsked, workingList } from './lists.ts';
import { lineOf, visit } from './visit.ts';

const FAILURES = [
  { name: 'SERVFAIL', effect: 'servfail' },
  { name: 'REFUSED', effect: 'refused' },
  { name: 'no answer', effect: 'drop' },
  { name: 'octets that are no DNS message', effect: 'garbage' },
] as const;

/** A reply should come within the first and must come within the second, in milliseconds. */
const PROMPT = 60_000;
const LONGEST = 300_000;

export const failingListsDelayNobody = check(
  {
    ...STRANGERS_VISIT,
    id: 'DNSBL-004',
    slug: 'failing-lists-delay-nobody',
    title: 'List DNS failure never causes permanent refusal or long stalls',
    sends: 'mail from an address that is on no list, while the name servers of the list fail',
    demands: 'it is accepted, or refused for now, within a minute',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc2505#2.13', 'rfc6471#3.4'],
    safety: 'safe',
    budget: '6m',
    kills: ['dnsbl-failure-refuses', 'dnsbl-failure-defers'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    const { world, zone, sender, recipient } = await servedStranger(services);

    for (const { name, effect } of FAILURES) {
      await variant(name, async (verify) => {
        const { name: vantage, address } = world.unusedVantage('distant');
        await world.dns.publish(zone, workingList(zone));
        await world.dns.fault({ name: zone, subtree: true, effect });
        try {
          const outcome = await visit(services, { vantage, sender, recipient, withinMs: LONGEST });
          if (!(await wasAsked(world, zone, address)))
            inconclusive('precondition', `The list was not asked about ${address}.`);
          const isRefused = outcome.kind !== 'accepted';
          verify.that(!isRefused || (outcome.kind === 'refused' && outcome.code < 500), {
            demand: 'nobody is refused for good while a list gives no answer',
            expected: 'accepted, or 4yz',
            actual: lineOf(outcome),
          });
          verify.ideally.equal(lineOf(outcome), 'accepted', 'mail is accepted while a list gives no answer');
          verify.ideally.that(outcome.ms <= PROMPT, {
            demand: 'the reply to RCPT comes within a minute',
            expected: `${PROMPT / 1_000} s at most`,
            actual: `${Math.round(outcome.ms / 1_000)} s`,
          });
        } catch (failure) {
          if (!(failure instanceof Silence)) throw failure;
          verify.missed('a list that gives no answer holds nobody up for five minutes', {
            expected: `a reply within ${LONGEST / 1_000} s`,
            actual: failure.message,
          });
        } finally {
          await world.dns.clearFaults();
        }
      });
    }
  },
);
