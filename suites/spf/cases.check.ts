import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { expectResult } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { clientAddress } from './world.ts';

/** Cases of one group that are tried, spread over it, so that the time stays within bounds. */
const OF_GROUP = 6;
/** Messages that may have to be waited for in vain before the check gives up. */
const MISSES = 4;

export const casesOfThePublishedForm = check(
  {
    ...SPF_CHECK,
    id: 'SPF-025',
    slug: 'evaluation-cases',
    title: 'Cases of SPF evaluation come out as they should on the wire',
    sends: 'one message per case, from domains with the records of the case',
    demands: 'the result that the case names is recorded, or decides about the message',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc7208#4',
      'rfc7208#5',
      'rfc7208#6',
      'rfc7208#7',
      'rfc7208#4.3',
      'rfc7208#4.6.2',
      'rfc7208#4.7',
      'rfc7208#4.8',
      'rfc7208#7.2',
    ],
    budget: '240s',
    waits: deliveries(MISSES),
    kills: ['spf-stops-reading-at-match', 'spf-include-as-redirect', 'spf-implicit-mx'],
    limits: [
      `Of each group of cases ${OF_GROUP} are tried.`,
      'Cases with other clients than IPv4, with PTR records and with time-outs are left out, as are those that no mail transaction can express; a note counts them.',
    ],
  },
  async (services) => {
    const { variant, lab, authentication, note } = services;
    assertEvaluates(services);
    const impossible = new Map<string, number>();
    const groups = new Map<string, number>();
    const tried = selected(authentication.spf.publishedCases());
    for (const [index, one] of tried.entries()) {
      const label = `case-${index + 1}`;
      const to = {
        domain: lab().domain(label),
        address: clientAddress(services),
        other: lab().addresses.sink,
      };
      const moved = await authentication.spf.replay(one, to);
      if ('impossible' in moved) {
        impossible.set(moved.impossible, (impossible.get(moved.impossible) ?? 0) + 1);
        continue;
      }
      groups.set(one.group, (groups.get(one.group) ?? 0) + 1);
      await variant(one.name, async (verify) => {
        const outcome = await attempt(services, { label, zone: () => moved.records, ...moved });
        const recorded = moved.results.find((word) => outcome.results.some(({ result }) => result === word));
        await expectResult(services, verify, outcome, recorded ?? moved.results[0]);
      });
    }
    const counts = (counted: ReadonlyMap<string, number>) =>
      [...counted].map(([name, number]) => `${number} ${name}`).join(', ') || 'none';
    note(`cases tried: ${counts(groups)}; left out: ${counts(impossible)}`);
  },
);

/** The same ones every time, spread evenly over each group. */
function selected<One extends { readonly group: string }>(cases: readonly One[]): readonly One[] {
  const groups = Map.groupBy(cases, ({ group }) => group);
  return [...groups.values()].flatMap((members) => {
    const step = Math.max(1, members.length / OF_GROUP);
    return members
      .filter((_, index) => Math.floor(index / step) > Math.floor((index - 1) / step))
      .slice(0, OF_GROUP);
  });
}
