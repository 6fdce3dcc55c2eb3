import { check } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertClosedBefore, assertStrangersAreServed } from './controls.ts';
import { declaredWindow, measurableWindow, seconds, windowWait } from './feature.ts';
import { logIn, pop3Role } from './mailbox-login.ts';
import { attemptRelay, type RelayAttempt } from './relay-attempt.ts';
import { judgeRefused, until } from './relay-watch.ts';
import { attemptAfter, earliestEnd, openWindow } from './window.ts';

/** A window above this is too long whatever the operator's policy says, in milliseconds. */
const TOO_LONG = 3_600_000;
/** Part of the window, counted from its end, in which it is looked at for the last time, and the most of it. */
const LAST_PART = 0.1;
const LAST_PART_MS = 3_000;

export const windowCloses = check(
  {
    id: 'PBS-003',
    slug: 'window-closes',
    title: 'The window that a POP3 login opens is closed again at the declared time',
    sends:
      'a POP3 login from two addresses at the same time; from the one, messages at once and shortly before the end of the declared window; from the other, one message right behind its end',
    demands: 'mail passes inside the window and is refused behind its end',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc6409#3.3', 'rfc5068#3.2'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage', 'time'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: windowWait,
    connections: 2,
    limits: [
      'A window that closes late is not told from one that never closes: the audit does not wait for longer than was declared.',
    ],
    kills: ['pop-before-smtp-never-expires', 'pop-before-smtp-longer-than-declared'],
  },
  async (services) => {
    const { lab, target, account, verify, note, notApplicable } = services;
    const declared = measurableWindow(services);
    const role = pop3Role(services);
    if (!role || !target.endpoints.mx) return notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const sender = account().address;
    // Mail may extend a window, which is another matter (PBS-008): the end is looked for where none was sent.
    const quiet = { from: lab().unusedVantage(), sender };
    await assertClosedBefore(services, [quiet]);
    const [window, login] = await Promise.all([
      openWindow(services, { from: lab().unusedVantage(), role, declared }),
      logIn(services, quiet.from, role),
    ]);
    const opened = verify.ideally.that(window.first !== null, {
      demand: 'the declared window is opened by a POP3 login',
      expected: `mail of the account passes within ${seconds(declared.granularityMs)}`,
      actual: window.first?.line ?? window.refusal?.line ?? 'a report to the sender later',
    });
    if (!opened) return;
    verify.that(true, {
      demand: 'the window is open at once',
      expected: 'mail of the account passes',
      actual: `${window.first?.line}, ${seconds((window.first?.answeredAt ?? 0) - window.login.endedAt)} after the login`,
    });

    const end = earliestEnd(window, declared);
    await until(services, end - Math.min(declared.windowMs * LAST_PART, LAST_PART_MS));
    const late = await attemptRelay(services, window);
    if (!late.taken && late.answeredAt > end)
      note('The answer came behind the end of the window: whether it closed early was not seen.');
    else {
      verify.ideally.that(late.taken, {
        demand: 'the window is open until shortly before its declared end',
        expected: 'mail of the account passes',
        actual: `${late.line}, ${seconds(end - late.answeredAt)} before the end`,
      });
    }

    const behind = await attemptAfter(services, { ...quiet, login }, declared);
    await judgeRefused(
      services,
      verify,
      [behind],
      `the window is closed ${seconds(behind.askedAt - login.endedAt)} after the login`,
    );
  },
);

export const windowIsShort = check(
  {
    id: 'PBS-008',
    slug: 'window-is-short-and-not-extended',
    title: 'The window is short, and sending mail does not extend it',
    sends: 'a POP3 login, messages at every quarter of the declared window, and one right behind its end',
    demands:
      'the last is refused, and the window is no longer than the policy of the operator says, an hour at most',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc6409#3.3'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage', 'time'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: windowWait,
    connections: 2,
    kills: ['pop-before-smtp-refreshed-by-smtp'],
  },
  async (services) => {
    const { lab, target, account, verify, inconclusive, notApplicable } = services;
    const declared = declaredWindow(services);
    const { windowMs, maximumMs } = declared;
    const role = pop3Role(services);
    if (!role || !target.endpoints.mx) return notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const sender = account().address;
    const quiet = { from: lab().unusedVantage(), sender };
    await assertClosedBefore(services, [quiet]);
    const [window, login] = await Promise.all([
      openWindow(services, { from: lab().unusedVantage(), role, declared }),
      logIn(services, quiet.from, role),
    ]);
    if (!window.first)
      return notApplicable('A POP3 login opens no window.', window.refusal?.line ?? 'a report');

    const length = { expected: `${seconds(maximumMs)} at most`, actual: `${seconds(windowMs)}, as declared` };
    verify.that(windowMs <= TOO_LONG, {
      demand: 'the window is no longer than an hour',
      expected: `${seconds(TOO_LONG)} at most`,
      actual: length.actual,
    });
    verify.ideally.that(windowMs <= maximumMs, {
      demand: 'the window is as short as the policy says',
      ...length,
    });
    measurableWindow(services);

    for (const quarter of [0.25, 0.5, 0.75]) {
      await until(services, window.login.startedAt + quarter * windowMs);
      const attempt = await attemptRelay(services, { from: window.from, sender });
      services.note(`after ${seconds(attempt.askedAt - window.login.endedAt)}: ${attempt.line}`);
    }
    const behind: RelayAttempt = await attemptAfter(services, window, declared);
    if (behind.taken) {
      const other = await attemptAfter(services, { ...quiet, login }, declared);
      if (other.taken) {
        inconclusive(
          'precondition',
          'The window is longer than declared without any mail too (PBS-003), so whether mail extends it cannot be seen.',
        );
      }
    }
    await judgeRefused(
      services,
      verify,
      [behind],
      `mail inside the window does not extend it: it is closed ${seconds(behind.askedAt - window.login.endedAt)} after the login`,
    );
  },
);
