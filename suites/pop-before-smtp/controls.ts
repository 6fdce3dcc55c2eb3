import type { Services, Target } from '../../harness/check/check.ts';
import { attemptRelay, deliveredMessage, type RelayAttempt, type RelayEnvelope } from './relay-attempt.ts';

const localMail = new WeakMap<Target, Promise<string | null>>();

/**
 * What every check of this suite begins with: the target trusts none of the vantages, and takes mail for
 * its own users from strangers; a server that refuses everything says nothing by refusing to relay. The
 * second is asked once per target, which costs one connection.
 * @throws Inconclusive
 */
export async function assertStrangersAreServed(services: Services): Promise<void> {
  const { lab, target, inconclusive } = services;
  lab().assertUntrusted();
  if (!target.endpoints.mx) return;
  let asked = localMail.get(target);
  if (!asked) {
    asked = objectionToLocalMail(services);
    localMail.set(target, asked);
    // What broke off is asked again by the next check.
    asked.catch(() => localMail.delete(target));
  }
  const objection = await asked;
  if (objection !== null) {
    inconclusive(
      'precondition',
      `Mail for a local mailbox is refused to strangers too, so a refusal says nothing about relaying: ${objection}`,
    );
  }
}

async function objectionToLocalMail({
  smtp,
  target,
  lab,
  nonce,
  patiently,
}: Services): Promise<string | null> {
  const sender = await lab().forgedSender(nonce);
  const recipient = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
  const { name: vantage } = lab().unusedVantage();
  const reply = await patiently(async () => {
    const client = await smtp({ role: 'mx', vantage, at: target.claims.mxRequiresTls ? 'tls' : 'ready' });
    const mail = await client.command(`MAIL FROM:<${sender}>`);
    const decided = mail.code === 250 ? await client.command(`RCPT TO:<${recipient}>`) : mail;
    await client.quit();
    return decided;
  });
  return reply.code >= 200 && reply.code < 300 ? null : reply.text;
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
