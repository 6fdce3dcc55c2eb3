import type { ArrivedMessage, Lab, Role, Services } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import { decisive, handOver } from '../../harness/steps/hand-over.ts';

export type Vantage = Lab['vantages'][number];

export interface RelayEnvelope {
  readonly from: Vantage;
  /** Reverse-path without brackets. */
  readonly sender: string;
  /** `mx` when absent. */
  readonly role?: Role;
  /** Octets before the session, and commands before MAIL, that a server may take or leave. */
  readonly preamble?: Uint8Array;
  readonly commands?: readonly string[];
}

/** What became of a message that a client which has not authenticated sent to somebody elsewhere. */
export interface RelayAttempt extends RelayEnvelope {
  /** Address at a receiving server of the lab; no other attempt has it. */
  readonly recipient: string;
  readonly taken: boolean;
  /** Code of the reply that decided: the first refusal, or the one to the end of data. */
  readonly code: number;
  /** Command and reply as one line. */
  readonly line: string;
  /** When the transaction began, on the clock of `performance.now()`. */
  readonly askedAt: number;
  /** When the decision was there, on the same clock. */
  readonly answeredAt: number;
}

const attemptsOf = new WeakMap<Services, number>();

/**
 * Sends a message without AUTH from a vantage to a recipient of the lab, and again where it is refused for
 * now. Costs a connection, and a message where it is taken.
 */
export async function attemptRelay(services: Services, envelope: RelayEnvelope): Promise<RelayAttempt> {
  const number = (attemptsOf.get(services) ?? 0) + 1;
  attemptsOf.set(services, number);
  const recipient = await services
    .lab()
    .externalRecipient(`${services.nonce}-${String(number).padStart(3, '0')}`);
  return services.patiently(() => attemptOnce(services, envelope, recipient));
}

async function attemptOnce(
  services: Services,
  envelope: RelayEnvelope,
  recipient: string,
): Promise<RelayAttempt> {
  const { smtp, target } = services;
  const { from, sender, role = 'mx', preamble, commands = [] } = envelope;
  const vantage = from.name;
  const inTls = role !== 'mx' || target.claims.mxRequiresTls;
  const client = preamble
    ? await smtp({ role, vantage, preamble })
    : await smtp({ role, vantage, at: inTls ? 'tls' : 'ready' });
  if (preamble) {
    // A server that does not know the preamble answers each of its lines.
    await client.connection.watch(target.timing.quietMs);
    // What is left of the preamble may have swallowed the first EHLO.
    if ((await client.ehlo()).code !== 250) await client.ehlo();
  }
  for (const command of commands) {
    // 220 is a greeting: the session begins anew.
    if ((await client.command(command)).code === 220) await client.ehlo();
  }
  const askedAt = performance.now();
  const content = compose(services, { from: sender, to: recipient, token: crypto.randomUUID() });
  const transfer = await handOver(client, { sender, recipient, content });
  const answeredAt = performance.now();
  await client.quit();
  const { taken, code } = transfer;
  return { ...envelope, recipient, taken, code, line: decisive(transfer), askedAt, answeredAt };
}

/**
 * The message of an attempt at the receiving server: only that proves a relay. Null where a report came
 * back instead, which is no relay either.
 * @throws Inconclusive when nothing was seen of a message that was taken, or when the target saw the
 *   client at another address than its vantage
 */
export async function deliveredMessage(
  { lab, inconclusive }: Services,
  attempt: RelayAttempt,
): Promise<ArrivedMessage | null> {
  const world = lab();
  const message = await world.waitForMessage({ recipient: attempt.recipient });
  if (!message) {
    return inconclusive(
      'precondition',
      `A message was taken (${attempt.line}) and was not seen again within ${world.outboundMs} ms.`,
    );
  }
  if (message.kind === 'report') return null;
  const seen = /^received:[^[]*\[(?:IPv6:)?([0-9a-f.:]+)\]/im.exec(message.content.toString('latin1'))?.[1];
  if (seen !== undefined && seen !== attempt.from.address) {
    inconclusive(
      'environment',
      `The target saw the client at ${seen}, not at ${attempt.from.address}: addresses are translated on the way.`,
    );
  }
  return message;
}
