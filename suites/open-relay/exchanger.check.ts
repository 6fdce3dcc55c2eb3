import { check, type Services } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { atSink } from './at-sink.ts';
import { createFields } from './fields.ts';
import { SPELLINGS, toDomain } from './forms.ts';
import { RELAY_CHECK } from './relay-check.ts';
import { createSupply, trialOf, trialsOf } from './supply.ts';
import { lineOfOutcome, patientOutcome } from './transaction.ts';
import { judgeRelaying, observe } from './trials.ts';

export const domainsCannotChooseTheirRelay = check(
  {
    ...RELAY_CHECK,
    beyondOpenLab: 'names-of-others',
    id: 'RLY-014',
    slug: 'domains-cannot-choose-their-relay',
    title: 'Arbitrary domains cannot make the target a backup MX or relay through subdomains',
    sends:
      'recipients in domains that name the target as second and as only MX, in a domain below that of the target, and in domains spelled unusually',
    severity: 'high',
    limits: [
      ...RELAY_CHECK.limits,
      'Without a lab there are no domains that name the target as their MX: subdomains and spellings alone are tried.',
    ],
    kills: ['mx-relays-as-backup', 'mx-relays-subdomains', 'mx-relays-trailing-dot'],
  },
  async (services) => {
    const { smtp, variant } = services;
    assertStrangersAreServed(services);
    const fields = createFields(services);
    const supply = createSupply(() => smtp({ at: 'ready' }));
    const published = services.hasLab ? await publishDomains(services) : undefined;
    const forms = [
      ...SPELLINGS,
      ...(published ? [toDomain('a domain that names the target as its second MX', published.backup)] : []),
      toDomain('a domain below that of the target', below(services)),
    ];
    const trials = await trialsOf(services, fields, forms, supply);
    await judgeRelaying(services, await observe(services, trials, supply.close));
    if (!published) return;

    const circular = toDomain('a domain that names the target as its only MX', published.only);
    const { name, attempt } = trialOf(services, await fields(), circular, supply);
    await variant(name, async (verify) => {
      // Such mail can go nowhere but in a circle: no delivery is to be waited for.
      const outcome = await patientOutcome(services, attempt);
      supply.close();
      const demand = 'mail for a domain that merely names the target is refused';
      const line = lineOfOutcome(outcome);
      if (outcome.kind !== 'accepted') verify.ideally.met(demand, line);
      else verify.ideally.missed(demand, { expected: 'a refusal', actual: line });
    });
  },
);

/** Domains whose MX records are an attempt at the target, all with a way to the receiving server. */
async function publishDomains(services: Services) {
  const { lab, target } = services;
  const world = lab();
  const { dns, addresses } = world;
  const backup = world.domain('backup');
  const only = world.domain('only');
  // Servers tell themselves by name or by address; the second name here has the address of the target.
  const atTarget = (domain: string, preference: number) => [
    { name: domain, type: 'MX' as const, data: { preference, exchange: target.hostname } },
    { name: domain, type: 'MX' as const, data: { preference, exchange: `self.${domain}` } },
    { name: `self.${domain}`, type: 'A' as const, data: addresses.target },
  ];
  await dns.publish(backup, [...atSink(backup, addresses.sink), ...atTarget(backup, 20)]);
  await dns.publish(only, atTarget(only, 10));
  await dns.publish(below(services), atSink(below(services), addresses.sink));
  return { backup, only };
}

/** A domain that lies below the one of the target, and is not its own. */
function below({ nonce, target }: Pick<Services, 'nonce' | 'target'>): string {
  return `sub-${nonce}.${target.domain}`;
}
