import type { CheckDefinition, Lab, Services } from '../../harness/check/check.ts';
import { declaredList, workingList } from './lists.ts';
import { lineOf, visit } from './visit.ts';

/** What the checks have in common in which strangers visit while the list says this and that. */
export const STRANGERS_VISIT = {
  asStranger: true,
  roles: ['mx'],
  per: 'target',
  needs: ['account', 'dns', 'ip2'],
  beyondOpenLab: 'lists-of-the-target',
  effect: 'disturbs',
} as const satisfies Partial<CheckDefinition>;

/** Who offers mail to whom in a check, and the list that the target asks about them. */
export interface Correspondence {
  readonly world: Lab;
  readonly zone: string;
  readonly sender: string;
  readonly recipient: string;
}

/** A stranger who writes to the first account. Not applicable where the target declares no list. */
export async function correspondence(services: Services): Promise<Correspondence> {
  const { lab, nonce, account } = services;
  const zone = declaredList(services);
  const world = lab();
  return { world, zone, sender: await world.forgedSender(nonce), recipient: account().address };
}

/**
 * A stranger whose mail is taken from an address that is on no list, while the list works: what every other
 * visit is compared with. Ends the check where it is not taken.
 */
export async function servedStranger(services: Services): Promise<Correspondence> {
  const stranger = await correspondence(services);
  const { world, zone, sender, recipient } = stranger;
  await world.dns.publish(zone, workingList(zone));
  const { name, address } = world.unusedVantage('distant');
  const outcome = await visit(services, { vantage: name, sender, recipient });
  services.note(`control: mail from ${address}, which is on no list: ${lineOf(outcome)}`);
  if (outcome.kind === 'accepted') return stranger;
  return services.inconclusive(
    'precondition',
    `Mail from an address that is on no list is not taken either: ${lineOf(outcome)}`,
  );
}
