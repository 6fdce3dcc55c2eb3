import { type CheckDefinition, check } from '../../harness/check/check.ts';
import { assertMxServesStrangers } from './controls.ts';
import { declaredWindow, measurableWindow, seconds, windowWait } from './feature.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { attemptRelay } from './relay-attempt.ts';
import { judgeRefused, until } from './relay-watch.ts';
import { attemptAfter, earliestEnd, firstPassed, openWindowBesideQuietOne } from './window.ts';

/** A window above this is too long whatever the operator's policy says, in milliseconds. */
const TOO_LONG = 3_600_000;
/** Part of the window, counted from its end, in which it is looked at for the last time, and the most of it. */
const LAST_PART = 0.1;
const LAST_PART_MS = 3_000;

/** What the checks have in common that see a window through to its end. */
const WINDOW_CHECK = {
  ...LOGIN_CHECK,
  level: 'policy',
  severity: 'high',
  needs: [...LOGIN_CHECK.needs, 'time'],
  waits: windowWait,
} as const satisfies Partial<CheckDefinition>;

export const windowCloses = check(
  {
    ...WINDOW_CHECK,
    id: 'PBS-003',
    slug: 'window-closes',
    title: 'The window that a POP3 login opens is closed again at the declared time',
    sends:
      'a POP3 login from two addresses at the same time; from the one, messages at once and shortly before the end of the declared window; from the other, one message right after its end',
    demands: 'mail passes inside the window and is refused after its end',
    clauses: ['rfc6409#3.3', 'rfc5068#3.2'],
    limits: [
      'A window that closes late is not told from one that never closes: the audit does not wait for longer than was declared.',
    ],
    upholds: ['pop-before-smtp'],
    kills: ['pop-before-smtp-never-expires', 'pop-before-smtp-longer-than-declared'],
  },
  async (services) => {
    const { verify, note } = services;
    const declared = measurableWindow(services);
    assertMxServesStrangers(services);
    // Mail may extend a window, which is another matter (PBS-008): the end is looked for where none was sent.
    const { window, quiet } = await openWindowBesideQuietOne(services, declared);
    const first = firstPassed(verify, window, declared, 'a POP3 login');
    if (!first) return;
    verify.met(
      'the window is open at once',
      `${first.line}, ${seconds(first.answeredAt - window.login.endedAt)} after the login`,
    );

    const end = earliestEnd(window, declared);
    await until(services, end - Math.min(declared.windowMs * LAST_PART, LAST_PART_MS));
    const late = await attemptRelay(services, window);
    if (!late.taken && late.answeredAt > end)
      note('The answer came after the end of the window: whether it closed early was not seen.');
    else {
      verify.ideally.that(late.taken, {
        demand: 'the window is open until shortly before its declared end',
        expected: 'mail of the account passes',
        actual: `${late.line}, ${seconds(end - late.answeredAt)} before the end`,
      });
    }

    const after = await attemptAfter(services, quiet, declared);
    const demand = `the window is closed ${seconds(after.askedAt - quiet.login.endedAt)} after the login`;
    await judgeRefused(services, verify, [after], demand);
  },
);

export const windowIsShort = check(
  {
    ...WINDOW_CHECK,
    id: 'PBS-008',
    slug: 'window-is-short-and-not-extended',
    title: 'The window is short, and sending mail does not extend it',
    sends: 'a POP3 login, messages at every quarter of the declared window, and one right after its end',
    demands:
      'the last is refused, and the window is no longer than the policy of the operator says, an hour at most',
    clauses: ['rfc6409#3.3'],
    kills: ['pop-before-smtp-refreshed-by-smtp'],
  },
  async (services) => {
    const { verify, note, inconclusive, notApplicable } = services;
    const declared = declaredWindow(services);
    const { windowMs, maximumMs } = declared;
    assertMxServesStrangers(services);
    const { window, quiet } = await openWindowBesideQuietOne(services, declared);
    if (!window.first) return notApplicable('A POP3 login opens no window.', window.line);

    const actual = `${seconds(windowMs)}, as declared`;
    verify.that(windowMs <= TOO_LONG, {
      demand: 'the window is no longer than an hour',
      expected: `${seconds(TOO_LONG)} at most`,
      actual,
    });
    verify.ideally.that(windowMs <= maximumMs, {
      demand: 'the window is as short as the policy says',
      expected: `${seconds(maximumMs)} at most`,
      actual,
    });
    measurableWindow(services);

    for (const quarter of [0.25, 0.5, 0.75]) {
      await until(services, window.login.startedAt + quarter * windowMs);
      const attempt = await attemptRelay(services, window);
      note(`after ${seconds(attempt.askedAt - window.login.endedAt)}: ${attempt.line}`);
    }
    const after = await attemptAfter(services, window, declared);
    if (after.taken && (await attemptAfter(services, quiet, declared)).taken) {
      inconclusive(
        'precondition',
        'The window is longer than declared without any mail too (PBS-003), so whether mail extends it cannot be seen.',
      );
    }
    const since = seconds(after.askedAt - window.login.endedAt);
    const demand = `mail inside the window does not extend it: it is closed ${since} after the login`;
    await judgeRefused(services, verify, [after], demand);
  },
);
