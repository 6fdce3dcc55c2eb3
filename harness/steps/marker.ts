import type { Place, Services } from '../check/check.ts';
import { compose } from './compose.ts';
import { expectedDeliveries } from './waits.ts';

/**
 * Sends an ordinary message to a place and waits until it is there: to the lab as a user, to a mailbox as a stranger
 * where there is an mx, else as a user.
 * @throws Inconclusive, NotApplicable where it cannot go, or does not arrive in the time for deliveries
 */
export async function mark(services: Services, place: Place): Promise<void> {
  const { lab, nonce, account, target, offer, inMailbox, inconclusive } = services;
  const withinMs = expectedDeliveries(1)(target);
  const user = account();
  const token = `${nonce}-marker`;
  const isStranger = place !== 'elsewhere' && target.endpoints.mx !== undefined;
  const sender = isStranger ? await lab().forgedSender(nonce) : user.address;
  const recipient = place === 'elsewhere' ? await lab().externalRecipient(token) : place.mailboxOf.address;
  const content = compose(services, { from: sender, to: recipient, token });
  const offered = await offer({ content, sender, recipient, ...(isStranger ? {} : { as: user }) });
  if (offered.disposition !== 'accepted')
    return inconclusive('precondition', `A marker is refused: ${offered.line}`);
  const arrived =
    place === 'elsewhere'
      ? await lab().waitForMessage({ recipient, kind: 'delivery', withinMs })
      : await inMailbox({ token, sent: content, account: place.mailboxOf, withinMs });
  if (arrived === null) inconclusive('precondition', `A marker did not arrive within ${withinMs} ms.`);
}
