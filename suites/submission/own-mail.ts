import type { ArrivedMessage, Services } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import type { Transfer } from '../../harness/steps/hand-over.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { astray } from '../../harness/steps/way-out.ts';
import { message } from './message.ts';
import { send } from './transfer.ts';

/** What became of a message that the account sent in its own name to somebody elsewhere. */
export interface OwnMail {
  readonly transfer: Transfer;
  /** Cipher suite of the session it was submitted in, IANA name. */
  readonly cipher: string;
  readonly arrived: ArrivedMessage | null;
}

/** Sends an ordinary message as the first account to a recipient of the lab and waits for it there. */
export async function sendOwnMail(services: Services, token: string): Promise<OwnMail> {
  const world = services.lab();
  const { address } = services.account();
  const recipient = await world.externalRecipient(token);
  const content = message(services, { from: address, to: recipient });
  let cipher = '';
  const open = async () => {
    const client = await openUser(services);
    cipher = client.connection.tls?.cipher ?? '';
    return client;
  };
  const transfer = await send(services, { sender: address, recipient, content }, open);
  const arrived = transfer.taken ? await world.waitForMessage({ recipient, kind: 'delivery' }) : null;
  return { transfer, cipher, arrived };
}

/** Why mail that was taken did not arrive, where that is no fault of the target: it never came our way, or went back. */
export async function assertNoExcuse(services: Services, recipient: string): Promise<void> {
  const { inconclusive, nonce } = services;
  const lost = await astray(services, domainOf(recipient));
  if (lost) inconclusive(lost.why, `The target took the message and ${lost.what}.`);
  const report = await services.returnedMail({ token: nonce, withinMs: 0 });
  if (report)
    inconclusive('precondition', `The message was taken, and a report came back to ${report.mailbox}.`);
}
