import type { Receiver, Services } from '../../harness/check/services.ts';
import { assertStsWorks, goodReceiver } from './controls.ts';
import {
  awaited,
  type Destination,
  hostName,
  type PublishedPolicy,
  policyHost,
  publishDestination,
} from './destination.ts';
import { type Outcome, outcomesOf } from './outcome.ts';
import { makeTargetSend } from './outgoing-mail.ts';

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
  const outcomes = await delivered(services, destinations);
  const fetched = await Promise.all(
    outcomes.map(({ destination }) =>
      services.lab().web.waitForRequest({ host: policyHost(destination.domain) }),
    ),
  );
  // A policy that was not to be had in time is asked for again with the next message.
  const again = outcomes.filter((_, index) => fetched[index] === null);
  const later = await delivered(
    services,
    again.map(({ destination }) => destination),
  );
  const settled = [...outcomes.filter((one) => !again.includes(one)), ...later];
  for (const outcome of settled) await assertStsWorks(services, outcome);
  return receiver;
}

async function delivered(
  services: Services,
  destinations: readonly Destination[],
): Promise<readonly Outcome[]> {
  if (destinations.length === 0) return [];
  await makeTargetSend(
    services,
    destinations.map(({ recipient }) => recipient),
  );
  return outcomesOf(services, destinations);
}
