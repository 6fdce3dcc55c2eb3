import type { Services } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { attemptRelay, deliveredMessage, type RelayAttempt, type RelayEnvelope } from './relay-attempt.ts';

/**
 * What a check begins with whose mail is for 25.
 * @throws NotApplicable where there is no mx; Inconclusive where it trusts a vantage, or serves no strangers
 */
export function assertMxServesStrangers(services: Services): void {
  const { target, notApplicable } = services;
  if (!target.endpoints.mx)
    notApplicable('The target has no mx role.', `roles: ${Object.keys(target.endpoints).join(', ')}`);
  assertStrangersAreServed(services);
}

/**
 * What opens the way cannot be seen where it is open already.
 * @throws Inconclusive where a message was taken before anything was done to open the way
 */
export async function assertClosedBefore(
  services: Services,
  envelopes: readonly RelayEnvelope[],
): Promise<void> {
  const attempts = await Promise.all(envelopes.map((envelope) => attemptRelay(services, envelope)));
  for (const { taken, line, from } of attempts) {
    if (taken) {
      services.inconclusive(
        'precondition',
        `Mail from ${from.address} is taken before anybody logged in there, which PBS-001 is about: ${line}`,
      );
    }
  }
}

/**
 * The same message from a neighbour who did nothing: where that is relayed too, the login is not the reason.
 * Costs a message where it is.
 * @throws Inconclusive
 */
export async function assertOthersAreRefused(
  services: Services,
  { sender, role = 'mx' }: RelayAttempt,
): Promise<void> {
  const from = services.lab().unusedVantage();
  const attempt = await attemptRelay(services, { from, sender, role });
  if (!attempt.taken || !(await deliveredMessage(services, attempt))) return;
  services.inconclusive(
    'precondition',
    `Mail is relayed for ${from.address} too, where nobody logged in; PBS-001 and PBS-006 are about that.`,
  );
}
