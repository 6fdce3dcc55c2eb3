import { type Connection, ConnectionEnded, type Services } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';

type Stage = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA';

/** How a stranger's mail fared on port 25, and how long it took from the connection to the decision. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly ms: number }
  | {
      readonly kind: 'refused';
      readonly stage: Stage;
      readonly code: number;
      /** The reply as received, its lines joined. */
      readonly line: string;
      readonly ms: number;
    }
  | { readonly kind: 'dropped'; readonly stage: Stage; readonly ms: number };

export interface Visit {
  readonly vantage: string;
  readonly sender: string;
  readonly recipient: string;
  /** Sent when RCPT was accepted; without it the visit ends there. */
  readonly message?: Buffer;
  /** Deadline of each reply, in milliseconds; the one of the target when absent. */
  readonly withinMs?: number;
}

type VisitServices = Pick<Services, 'connect' | 'bytes' | 'helloName' | 'imprint' | 'target' | 'pause'>;

/**
 * Offers mail from a vantage, temporary refusals tried again as the target declares. Unlike the ordinary
 * client it takes a refusal in the greeting for what it is here: the answer.
 */
export async function visit(services: VisitServices, plan: Visit): Promise<Outcome> {
  let outcome = await visitOnce(services, plan);
  for (const wait of services.target.timing.retryAfterMs) {
    if (outcome.kind !== 'refused' || outcome.code >= 500) break;
    await services.pause(wait);
    outcome = await visitOnce(services, plan);
  }
  return outcome;
}

async function visitOnce(
  { connect, bytes, helloName }: VisitServices,
  { vantage, sender, recipient, message, withinMs }: Visit,
): Promise<Outcome> {
  const begun = performance.now();
  const ms = () => Math.round(performance.now() - begun);
  const connection = await connect({ role: 'mx', vantage });
  let stage: Stage = 'greeting';
  try {
    const steps: (readonly [Stage, string, Buffer])[] = [
      ['EHLO', 'EHLO', bytes.line(`EHLO ${helloName}`)],
      ['MAIL', 'MAIL', bytes.line(`MAIL FROM:<${sender}>`)],
      ['RCPT', 'RCPT', bytes.line(`RCPT TO:<${recipient}>`)],
    ];
    if (message) {
      steps.push(['DATA', 'DATA', bytes.line('DATA')]);
      steps.push(['DATA', 'the message', Buffer.concat([message, bytes.line('.')])]);
    }
    let reply = await readReply(connection, 'the greeting', withinMs);
    for (const [next, what, octets] of steps) {
      if (reply.code >= 400) break;
      stage = next;
      connection.send(octets);
      reply = await readReply(connection, `the reply to ${what}`, withinMs);
    }
    if (reply.code >= 400) return { kind: 'refused', stage, ...reply, ms: ms() };
    const decided = ms();
    connection.send(bytes.line('QUIT'));
    return { kind: 'accepted', ms: decided };
  } catch (failure) {
    if (!(failure instanceof ConnectionEnded)) throw failure;
    return { kind: 'dropped', stage, ms: ms() };
  } finally {
    connection.close();
  }
}

/** One reply; a hyphen stands after the code of every line but the last (RFC 5321 §4.2). */
export async function readReply(
  connection: Connection,
  awaited: string,
  withinMs?: number,
): Promise<{ readonly code: number; readonly line: string }> {
  const texts: string[] = [];
  for (;;) {
    const text = (await connection.readLine(awaited, withinMs)).bytes.toString('latin1');
    texts.push(text);
    if (text[3] !== '-') return { code: Number(text.slice(0, 3)), line: texts.join(' / ') };
  }
}

/** A small message that can be found again; no line of it begins with a dot. */
export function messageWith(
  services: Pick<Services, 'bytes' | 'helloName' | 'imprint'>,
  {
    token,
    sender,
    recipient,
  }: { readonly token: string; readonly sender: string; readonly recipient: string },
): Buffer {
  const body = ['Hello, this message finds out whose mail is taken.'];
  return compose(services, {
    from: sender,
    to: recipient,
    token,
    subject: 'Delivery probe',
    body,
    exact: false,
  });
}

/** An outcome in one line. */
export function lineOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'accepted':
      return 'accepted';
    case 'refused':
      return `${outcome.stage} refused: ${outcome.line}`;
    case 'dropped':
      return `connection ended at ${outcome.stage}`;
  }
}
