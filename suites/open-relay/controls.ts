import type { Services, Target } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { openUser, SENDING_ROLES } from '../../harness/steps/smtp-login.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, type Form, fill, PRETENDER, STRANGER } from './forms.ts';
import { probeMessage, transact } from './transaction.ts';

/** What a control showed: whether it went as it does on a working server, and how it went. */
interface Control {
  readonly works: boolean;
  readonly line: string;
}

const localMail = new WeakMap<Target, Promise<Control>>();
const pretender = new WeakMap<Target, Promise<Control>>();
const wayOut = new WeakMap<Target, Promise<Control>>();

/**
 * Ends the check where a stranger's mail for a local mailbox is refused: a server that refuses everything
 * says nothing about relaying by refusing. Asked once per target, which costs one connection.
 */
export async function assertStrangersAreServed(services: Services): Promise<void> {
  const { works, line } = await once(localMail, services, offerLocalMail);
  services.note(`control: a stranger's mail for a local mailbox: ${line}`);
  if (works) return;
  services.inconclusive(
    'precondition',
    `Mail for a local mailbox is refused to the same client, so a refusal says nothing about relaying: ${line}`,
  );
}

/**
 * Whether a local sender alone opens the way to recipients elsewhere. Where it does, a roundabout recipient
 * from such a sender shows nothing of its own. Asked once per target, which costs one connection.
 */
export async function localSenderControl(services: Services): Promise<Control> {
  const control = await once(pretender, services, offerMailFromLocalSender);
  services.note(`control: a local sender's mail for somebody elsewhere: ${control.line}`);
  return control;
}

/**
 * Whether a message that an authenticated user sends from the target reaches the receiving server: without
 * that a missing delivery proves nothing. Asked once per target, and only where something was accepted and
 * not seen again; costs one message and at most the time of one delivery.
 */
export async function outboundControl(services: Services): Promise<Control> {
  const control = await once(wayOut, services, sendOut).catch((failure: unknown) => ({
    works: false,
    line: failure instanceof Error ? failure.message : String(failure),
  }));
  services.note(`control: an authenticated user's message to the receiving server: ${control.line}`);
  return control;
}

/** A control that broke off is asked again by the next check. */
function once(
  known: WeakMap<Target, Promise<Control>>,
  services: Services,
  ask: (services: Services) => Promise<Control>,
): Promise<Control> {
  const { target } = services;
  const asked = known.get(target);
  if (asked) return asked;
  const fresh = ask(services).catch((failure: unknown) => {
    known.delete(target);
    throw failure;
  });
  known.set(target, fresh);
  return fresh;
}

function offerLocalMail(services: Services): Promise<Control> {
  return offer(services, { sender: STRANGER, recipient: '<{account}>' });
}

function offerMailFromLocalSender(services: Services): Promise<Control> {
  return offer(services, { sender: PRETENDER, recipient: ELSEWHERE });
}

/** Offers mail to the exchanger and goes no further than RCPT. */
async function offer(services: Services, { sender, recipient }: Form): Promise<Control> {
  const { smtp, patiently } = services;
  const values = await createFields(services)();
  const reply = await patiently(async () => {
    const client = await smtp({ role: 'mx', at: 'ready' });
    const mail = await client.command(`MAIL FROM:${fill(sender, values)}`);
    const decided = isPositive(mail) ? await client.command(`RCPT TO:${fill(recipient, values)}`) : mail;
    await client.quit();
    return decided;
  });
  return { works: isPositive(reply), line: lineOf(reply) };
}

async function sendOut(services: Services): Promise<Control> {
  const { target, lab, nonce } = services;
  const [account] = target.accounts;
  const role = SENDING_ROLES.find((one) => target.endpoints[one]);
  if (!account || !role) {
    return { works: false, line: 'the target declares no account, or no submission role' };
  }
  const world = lab();
  const token = `${nonce}-control`;
  const recipient = await world.externalRecipient(token);
  const client = await openUser(services, { role, account });
  const outcome = await transact(
    client,
    { sender: `<${account.address}>`, recipient: `<${recipient}>` },
    probeMessage(services, { token, from: account.address }),
  );
  await client.quit();
  if (outcome.kind !== 'accepted') return { works: false, line: `${role} does not take it` };
  const message = await world.waitForMessage({ token, kind: 'delivery' });
  return message
    ? { works: true, line: `it came from ${message.clientAddress}` }
    : { works: false, line: `it was accepted and did not come within ${world.outboundMs} ms` };
}
