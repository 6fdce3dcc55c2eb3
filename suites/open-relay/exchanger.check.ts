import { check, type Services } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from './controls.ts';
import { createFields } from './fields.ts';
import { fill, SPELLINGS, STRANGER } from './forms.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';
import { createSupply, trialsOf } from './supply.ts';
import { lineOfOutcome, probeMessage, transact } from './transaction.ts';
import { judgeRelaying, observe, type Trial } from './trials.ts';

export const domainsCannotChooseTheirRelay = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-014',
    slug: 'domains-cannot-choose-their-relay',
    title: 'Arbitrary domains cannot make the target a backup MX or relay through subdomains',
    sends:
      'recipients in domains that name the target as second and as only MX, in a domain below that of the target, and in domains spelled unusually',
    severity: 'high',
    clauses: [...NO_RELAY_CLAUSES],
    kills: ['mx-relays-as-backup', 'mx-relays-subdomains', 'mx-relays-trailing-dot'],
  },
  async (services) => {
    const { lab, smtp, variant, patiently } = services;
    lab().assertUntrusted();
    assertStrangersAreServed(services);
    const fields = createFields(services);
    const supply = createSupply(() => smtp({ at: 'ready' }));
    const trialTo = async (name: string, domain: string): Promise<Trial> => {
      const values = await fields();
      const envelope = { sender: fill(STRANGER, values), recipient: `<${values.user}@${domain}>` };
      const message = probeMessage(services, { token: values.token });
      return {
        name,
        token: values.token,
        attempt: () => supply.use((client) => transact(client, envelope, message)),
      };
    };
    const { backup, below, only } = await publishDomains(services);
    const trials = [
      ...(await trialsOf(services, fields, SPELLINGS, supply)),
      await trialTo('a domain that names the target as its second MX', backup),
      await trialTo('a domain below that of the target', below),
    ];
    await judgeRelaying(services, await observe(services, trials, supply.close));

    await variant('a domain that names the target as its only MX', async (verify) => {
      // Such mail can go nowhere but in a circle: no delivery is to be waited for.
      const { attempt } = await trialTo('', only);
      const outcome = await patiently(async () => {
        const one = await attempt();
        return { one, code: one.kind === 'closed' ? 0 : one.reply.code };
      });
      supply.close();
      verify.ideally.that(outcome.one.kind !== 'accepted', {
        demand: 'mail for a domain that merely names the target is refused',
        expected: 'a refusal',
        actual: lineOfOutcome(outcome.one),
      });
    });
  },
);

/** Domains whose MX records are an attempt at the target, all with a way to the receiving server. */
async function publishDomains({ lab, nonce, target }: Services) {
  const world = lab();
  const { dns, addresses } = world;
  const backup = world.domain('backup');
  const only = world.domain('only');
  const below = `sub-${nonce}.${target.domain}`;
  // Servers tell themselves by name or by address; the second name here has the address of the target.
  const atTarget = (domain: string, preference: number) => [
    { name: domain, type: 'MX' as const, data: { preference, exchange: target.hostname } },
    { name: domain, type: 'MX' as const, data: { preference, exchange: `self.${domain}` } },
    { name: `self.${domain}`, type: 'A' as const, data: addresses.target },
  ];
  const atSink = (domain: string) => [
    { name: domain, type: 'MX' as const, data: { preference: 10, exchange: `sink.${domain}` } },
    { name: `sink.${domain}`, type: 'A' as const, data: addresses.sink },
  ];
  await dns.publish(backup, [...atSink(backup), ...atTarget(backup, 20)]);
  await dns.publish(only, atTarget(only, 10));
  await dns.publish(below, atSink(below));
  return { backup, below, only };
}
