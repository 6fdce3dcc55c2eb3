import type { Lab, Services } from '../../harness/check/check.ts';
import { workingList } from './lists.ts';
import { lineOf, type Outcome, visit } from './visit.ts';

/** Who offers mail to whom in a check. */
export interface Correspondence {
  readonly world: Lab;
  readonly sender: string;
  readonly recipient: string;
}

/** A stranger who writes to the first account. */
export async function correspondence(services: Services): Promise<Correspondence> {
  const { lab, nonce, account } = services;
  const world = lab();
  return { world, sender: await world.forgedSender(nonce), recipient: account().address };
}

/**
 * Mail from an address that is on no list, while the list works: what every other visit is compared with.
 * Ends the check where it is not taken.
 */
export async function assertStrangersAreServed(
  services: Services,
  { world, sender, recipient }: Correspondence,
  zone: string,
): Promise<void> {
  await world.dns.publish(zone, workingList(zone));
  const { name, address } = world.unusedVantage('distant');
  const outcome: Outcome = await visit(services, { vantage: name, sender, recipient });
  services.note(`control: mail from ${address}, which is on no list: ${lineOf(outcome)}`);
  if (outcome.kind === 'accepted') return;
  services.inconclusive(
    'precondition',
    `Mail from an address that is on no list is not taken either: ${lineOf(outcome)}`,
  );
}
