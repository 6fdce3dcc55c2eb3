import type { Services } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import type { Transfer } from '../../harness/steps/hand-over.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { readerOf } from '../../harness/steps/user-mail.ts';
import { astray } from '../../harness/steps/way-out.ts';
import { message } from './message.ts';
import { send } from './transfer.ts';

/** A message that the account sent in its own name. */
export interface OwnMail {
  readonly transfer: Transfer;
  /** Cipher suite of the session it was submitted in, IANA name. */
  readonly cipher: string;
  /** Address and port that the client has on this machine. */
  readonly client: string;
  readonly token: string;
  readonly recipient: string;
  readonly content: Buffer;
}

/** Sends an ordinary message as the first account to whoever reads it (`readerOf`). */
export async function sendOwnMail(services: Services, token: string): Promise<OwnMail> {
  const { address } = services.account();
  const recipient = await readerOf(services, token);
  const content = message(services, { token, from: address, to: recipient });
  let cipher = '';
  let own = '';
  const open = async () => {
    const client = await openUser(services);
    cipher = client.connection.tls?.cipher ?? '';
    own = client.connection.localAddress;
    return client;
  };
  const transfer = await send(services, { sender: address, recipient, content }, open);
  return { transfer, cipher, client: own, token, recipient, content };
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
