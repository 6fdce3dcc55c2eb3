import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { expectResult, expectResults } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { a, clientAddress, ELSEWHERE, txt } from './world.ts';

/** A term with macros, and the name below the domain that it stands for. */
interface Expansion {
  readonly name: string;
  readonly localPart: string;
  readonly macro: string;
  readonly expanded: (facts: {
    readonly client: string;
    readonly hello: string;
    readonly domain: string;
  }) => string;
}

const EXPANSIONS: readonly Expansion[] = [
  {
    name: 'address reversed, part of the local part',
    localPart: 'strong-bad',
    macro: '%{ir}.%{l1r+-}._spf',
    expanded: ({ client }) => `${client.split('.').reverse().join('.')}.strong._spf`,
  },
  {
    name: 'address, its version and the HELO name',
    localPart: 'probe',
    macro: '%{i}.%{v}.%{h}',
    expanded: ({ client, hello }) => `${client}.in-addr.${hello}`,
  },
  {
    name: 'domains, cut to their last and first labels',
    localPart: 'probe',
    macro: '%{l}.%{o1}.%{d1r}',
    expanded: ({ domain }) => `probe.${domain.split('.').at(-1)}.${domain.split('.')[0]}`,
  },
  {
    name: 'escaped for a URL',
    localPart: 'left+right',
    macro: '%{L}.escaped',
    expanded: () => 'left%2Bright.escaped',
  },
];

export const macrosAreExpanded = check(
  {
    ...SPF_CHECK,
    id: 'SPF-016',
    slug: 'macros-are-expanded',
    title: 'Macros are expanded as they are defined, and a wrong one is permerror',
    sends: 'messages from domains whose policy has exists with macros, and one with %( instead of %{',
    demands: 'the names that the macros stand for are looked up, and permerror for the wrong one',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7208#7.2', 'rfc7208#7.3', 'rfc7208#7.4', 'rfc7208#5.7'],
    waits: deliveries(EXPANSIONS.length + 1),
    kills: ['spf-macros-not-reversed'],
    limits: ['%{p} and the macros of explanations are not tried.'],
  },
  async (services) => {
    const { variant, lab, helloName } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    for (const [index, { name, localPart, macro, expanded }] of EXPANSIONS.entries()) {
      await variant(name, async (verify) => {
        const nameIn = (domain: string) => `${expanded({ client, hello: helloName, domain })}.${domain}`;
        const outcome = await attempt(services, {
          label: `macro-${index + 1}`,
          localPart,
          zone: (domain) => [
            txt(domain, `v=spf1 exists:${macro}.${domain} -all`),
            a(nameIn(domain), ELSEWHERE),
          ],
        });
        const { domain, results } = outcome;
        const queries = await lab().dns.queries({ name: domain, below: true, type: 'A' });
        const asked = queries.map((one) => one.name.toLowerCase().replace(/\.$/, ''));
        const wanted = nameIn(domain).toLowerCase();
        verify.that(asked.includes(wanted), {
          demand: `${macro} is expanded`,
          expected: `a query for ${wanted}`,
          actual: asked.filter((one) => one !== domain).join(', ') || 'no query',
        });
        if (results.length > 0) await expectResult(services, verify, outcome, 'pass');
      });
    }
    await expectResults(services, [
      ['a wrong bracket', 'permerror', (domain) => [txt(domain, `v=spf1 exists:%(ir).sp.${domain} -all`)]],
    ]);
  },
);
