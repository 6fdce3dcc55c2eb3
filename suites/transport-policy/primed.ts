import type { Receiver, Services } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { assertStsWorks, goodReceiver } from './controls.ts';
import { awaited, hostName, type PublishedPolicy, publishDestination } from './destination.ts';
import { outcomesOf } from './outcome.ts';

/** A domain, its policy, and the label of a host that satisfies it. */
export interface Primer {
  readonly domain: string;
  readonly policy: PublishedPolicy;
  /** `mx` when absent. */
  readonly label?: string;
}

/**
 * Has one message delivered under each policy, so that the target knows the policies and later messages
 * are judged by them (RFC 8461 §5.1 lets the first one go before a policy is fetched). Inconclusive where
 * MTA-STS does not work. Returns the server of all these hosts.
 */
export async function primed(services: Services, primers: readonly Primer[]): Promise<Receiver> {
  const { receiver } = await goodReceiver(
    services,
    primers.map(({ domain, label }) => hostName(domain, label)),
  );
  const destinations = await Promise.all(
    primers.map(async ({ domain, label = 'mx', policy }) => {
      const destination = await publishDestination(services, domain, {
        hosts: [{ label, receiver }],
        policy,
      });
      return awaited({ ...destination, recipient: `prime@${domain}` });
    }),
  );
  await makeTargetSend(
    services,
    destinations.map(({ recipient }) => recipient),
  );
  for (const outcome of await outcomesOf(services, destinations)) await assertStsWorks(services, outcome);
  return receiver;
}
