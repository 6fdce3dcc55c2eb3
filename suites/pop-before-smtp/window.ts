import type { Services, Verify } from '../../harness/check/check.ts';
import { assertClosedBefore, assertOthersAreRefused } from './controls.ts';
import { type DeclaredWindow, seconds } from './feature.ts';
import { logIn, type MailboxLogin, type MailboxProtocol } from './mailbox-login.ts';
import { attemptRelay, deliveredMessage, type RelayAttempt, type Vantage } from './relay-attempt.ts';
import { until } from './relay-watch.ts';

/** Pause between two looks whether the window is open, in milliseconds. */
const LOOK_AGAIN = 250;
/** How long after its latest end a window must be closed, in milliseconds: clocks do not agree to the millisecond. */
const CLOCKS = 150;

/** A login and what it opened. */
export interface OpenedWindow {
  readonly from: Vantage;
  readonly sender: string;
  readonly login: MailboxLogin;
  /** The first message that was taken and came to the receiving server; null where none was taken in time. */
  readonly first: RelayAttempt | null;
  /** What became of the last message. */
  readonly line: string;
}

/**
 * Logs in from a vantage and sends messages of the account until one is taken, at most as long as the
 * operator says that the server may need.
 * @throws Inconclusive where the way was open before, or is open to others as well
 */
export async function openWindow(
  services: Services,
  from: Vantage,
  protocol: MailboxProtocol,
  declared: DeclaredWindow,
): Promise<OpenedWindow> {
  const sender = services.account().address;
  await assertClosedBefore(services, [{ from, sender }]);
  const login = await logIn(services, from, protocol, 'one');
  const deadline = login.endedAt + declared.granularityMs;
  for (;;) {
    const attempt = await attemptRelay(services, { from, sender });
    if (attempt.taken) {
      await assertOthersAreRefused(services, attempt);
      return (await deliveredMessage(services, attempt))
        ? { from, sender, login, first: attempt, line: attempt.line }
        : { from, sender, login, first: null, line: `a report to the sender later, after ${attempt.line}` };
    }
    if (performance.now() > deadline) return { from, sender, login, first: null, line: attempt.line };
    await services.pause(LOOK_AGAIN);
  }
}

/**
 * Opens a window by POP3, and logs in at the same time from an address that sends nothing afterwards: mail may extend
 * a window, and there it cannot.
 * @throws Inconclusive where the way was open before, or is open to others as well
 */
export async function openWindowBesideQuietOne(
  services: Services,
  declared: DeclaredWindow,
): Promise<{ readonly window: OpenedWindow; readonly quiet: Quiet }> {
  const { lab, account } = services;
  const envelope = { from: lab().unusedVantage(), sender: account().address };
  await assertClosedBefore(services, [envelope]);
  const [window, login] = await Promise.all([
    openWindow(services, lab().unusedVantage(), 'pop3', declared),
    logIn(services, envelope.from, 'pop3', 'one'),
  ]);
  return { window, quiet: { ...envelope, login } };
}

/** A login after which nothing was sent yet. */
type Quiet = Pick<OpenedWindow, 'from' | 'sender' | 'login'>;

/** The message that passed first through a window that is declared; a deviation where none did. */
export function firstPassed(
  { ideally }: Verify,
  { first, line }: OpenedWindow,
  { granularityMs }: DeclaredWindow,
  by: string,
): RelayAttempt | null {
  const demand = `the declared window is opened by ${by}`;
  if (first) ideally.met(demand, line);
  else {
    const expected = `mail of the account passes within ${seconds(granularityMs)}`;
    ideally.missed(demand, { expected, actual: line });
  }
  return first;
}

/** Before this moment the window is open, on a server that does what its operator says. */
export function earliestEnd({ login }: Pick<OpenedWindow, 'login'>, declared: DeclaredWindow): number {
  return login.startedAt + declared.windowMs;
}

/** From this moment on the window is closed. */
export function latestEnd({ login }: Pick<OpenedWindow, 'login'>, declared: DeclaredWindow): number {
  return login.endedAt + declared.windowMs + declared.granularityMs + CLOCKS;
}

/** Waits until the window must be closed, and sends one more message of the account. */
export async function attemptAfter(
  services: Services,
  window: Quiet,
  declared: DeclaredWindow,
): Promise<RelayAttempt> {
  await until(services, latestEnd(window, declared));
  return attemptRelay(services, { from: window.from, sender: window.sender });
}
