import type { ArrivedMessage, Receiver, Services, SmtpSession, Verify } from '../../harness/check/check.ts';
import { PATIENCE } from '../../harness/steps/waits.ts';
import type { Destination } from './destination.ts';

/** What became of a message to a destination within the time for a delivery. */
export interface Outcome {
  readonly destination: Destination;
  readonly arrived: ArrivedMessage | null;
  /** Conversations in which the recipient was told. */
  readonly sessions: readonly SmtpSession[];
  /** The target asked for the mail servers of the domain. */
  readonly attempted: boolean;
  /** Types of records that were asked for, in order. */
  readonly asked: readonly string[];
}

/** The message at whichever server it comes to first. */
function firstArrival(
  receivers: readonly Receiver[],
  recipient: string,
  withinMs: number | undefined,
): Promise<ArrivedMessage | null> {
  return new Promise((resolve, reject) => {
    let open = receivers.length;
    for (const receiver of receivers) {
      receiver
        .waitForMessage({ recipient, ...(withinMs === undefined ? {} : { withinMs }) })
        .then((arrived) => {
          open -= 1;
          if (arrived || open === 0) resolve(arrived);
        }, reject);
    }
  });
}

/** How long a message is waited for: until patience says that it is enough, or the whole time for a delivery. */
export type Wait = 'patience' | 'the whole time';

/**
 * Waits until the message is there, or the time for a delivery is over. Before the world of the target is changed, it
 * must be `the whole time`: what comes later would be taken for a consequence of the change.
 */
export async function outcomeOf(
  services: Services,
  destination: Destination,
  wait: Wait = 'patience',
): Promise<Outcome> {
  const { lab } = services;
  const { domain, recipient, receivers } = destination;
  // What comes at a further attempt has a schedule of its own: the clock alone says when it is given up.
  const withinMs = destination.awaited
    ? lab().outboundMs * PATIENCE
    : wait === 'patience'
      ? undefined
      : lab().outboundMs;
  const arrived = await firstArrival(receivers, recipient, withinMs);
  const sessions = await Promise.all(receivers.map((receiver) => receiver.sessions()));
  const queries = await lab().dns.queries({ name: domain, below: true });
  const asked = [...new Set(queries.map(({ type }) => type))];
  return {
    destination,
    arrived,
    sessions: sessions.flat().filter((session) => isTold(session, recipient)),
    attempted: asked.includes('MX'),
    asked,
  };
}

/** Waits for all of them together. */
export function outcomesOf(
  services: Services,
  destinations: readonly Destination[],
  wait: Wait = 'patience',
): Promise<readonly Outcome[]> {
  return Promise.all(destinations.map((destination) => outcomeOf(services, destination, wait)));
}

function isTold({ commands }: SmtpSession, recipient: string): boolean {
  return commands.some(
    ({ verb, argument }) => verb === 'RCPT' && argument.toLowerCase().includes(recipient.toLowerCase()),
  );
}

/** An outcome in words. */
export function describe({ arrived, sessions, asked }: Outcome): string {
  const seen = `DNS asked for ${asked.join(', ') || 'nothing'}`;
  if (arrived) return `delivery ${arrived.tls ? `inside ${arrived.tls.version}` : 'in the clear'}; ${seen}`;
  return `${sessions.length > 0 ? 'no delivery, but the recipient was told' : 'no delivery'}; ${seen}`;
}

/** Ends the variant where nothing shows that the target ever tried. */
export function assertAttempted({ inconclusive, lab }: Services, { destination, attempted }: Outcome): void {
  if (attempted) return;
  inconclusive(
    'environment',
    `The target took the message and never asked the DNS of the lab for ${destination.domain} within ${lab().outboundMs} ms: its mail goes another way.`,
  );
}

/** The message is there, inside TLS where that is demanded. */
export function mustArrive(
  services: Services,
  verify: Pick<Verify, 'that'>,
  outcome: Outcome,
  demand: string,
  { tls = true } = {},
): void {
  assertAttempted(services, outcome);
  const { arrived } = outcome;
  verify.that(arrived !== null && (!tls || arrived.tls !== null), {
    demand,
    expected: tls ? 'delivery inside TLS' : 'delivery',
    actual: describe(outcome),
  });
}

/** Neither the message is there, nor was anything of it told. */
export function mustNotArrive(
  services: Services,
  verify: Pick<Verify, 'that'>,
  outcome: Outcome,
  demand: string,
): void {
  assertAttempted(services, outcome);
  const { arrived, sessions } = outcome;
  verify.that(arrived === null && sessions.length === 0, {
    demand,
    expected: 'no delivery',
    actual: describe(outcome),
  });
}

/** Falling back to the clear is worse than delivering to the wrong server, and a finding of its own. */
export function mustNotFallBackToClear(verify: Pick<Verify, 'that'>, outcome: Outcome): void {
  const clear = outcome.sessions.some(({ commands }) =>
    commands.some(({ verb, channel }) => verb === 'RCPT' && channel === 'plain'),
  );
  verify.that(!clear, {
    demand: 'nothing is sent in the clear after TLS did not do',
    expected: 'no envelope outside TLS',
    actual: clear ? describe(outcome) : 'no envelope outside TLS',
  });
}

/** The mailbox in which a report about the message came back to its sender; null where none is seen. */
export async function returnedTo(
  { returnedMail }: Services,
  { destination }: Outcome,
): Promise<string | null> {
  const report = await returnedMail({ token: `@${destination.domain}`, withinMs: 0 });
  return report?.mailbox ?? null;
}

/**
 * What was held back comes once the destination is in order: it was delayed, not bounced. Senders wait for
 * minutes before they try again (RFC 5321 §4.5.4.1), so that only a report to the sender shows the contrary.
 * @returns whether a report shows that it was given up
 */
export async function shouldArriveAfterRepair(
  services: Services,
  verify: Verify,
  outcome: Outcome,
  demand = 'what could not be delivered waits, and comes once the destination is in order',
): Promise<boolean> {
  const { arrived } = outcome;
  const report = arrived ? null : await returnedTo(services, outcome);
  if (!arrived && report === null) {
    services.note(
      'Neither a delivery nor a report came in time: nothing says that the message was given up.',
    );
    return false;
  }
  verify.ideally.that(arrived !== null, {
    demand,
    expected: 'a delivery',
    actual: report === null ? describe(outcome) : `a report of failure in ${report} of the sender`,
  });
  return report !== null;
}
