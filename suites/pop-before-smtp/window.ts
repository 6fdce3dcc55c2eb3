import type { Role, Services } from '../../harness/check/check.ts';
import { assertClosedBefore, assertOthersAreRefused } from './controls.ts';
import type { DeclaredWindow } from './feature.ts';
import { logIn, type MailboxLogin } from './mailbox-login.ts';
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
  /** The last refusal before. */
  readonly refusal: RelayAttempt | null;
}

/**
 * Logs in from a vantage and sends messages of the account until one is taken, at most as long as the
 * operator says that the server may need.
 * @throws Inconclusive where the way was open before, or is open to others as well
 */
export async function openWindow(
  services: Services,
  {
    from,
    role,
    declared,
  }: { readonly from: Vantage; readonly role: Role; readonly declared: DeclaredWindow },
): Promise<OpenedWindow> {
  const sender = services.account().address;
  await assertClosedBefore(services, [{ from, sender }]);
  const login = await logIn(services, from, role);
  const deadline = login.endedAt + declared.granularityMs;
  for (;;) {
    const attempt = await attemptRelay(services, { from, sender });
    if (attempt.taken) {
      await assertOthersAreRefused(services, attempt);
      const first = (await deliveredMessage(services, attempt)) ? attempt : null;
      return { from, sender, login, first, refusal: null };
    }
    if (performance.now() > deadline) return { from, sender, login, first: null, refusal: attempt };
    await services.pause(LOOK_AGAIN);
  }
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
  window: Pick<OpenedWindow, 'from' | 'sender' | 'login'>,
  declared: DeclaredWindow,
): Promise<RelayAttempt> {
  await until(services, latestEnd(window, declared));
  return attemptRelay(services, { from: window.from, sender: window.sender });
}
