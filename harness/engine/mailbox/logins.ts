import { setTimeout as delay } from 'node:timers/promises';
import * as sasl from '../../client/sasl/sasl.ts';
import type { Recorder } from '../../evidence/recorder.ts';
import { clientDomain } from '../../lab/names.ts';
import { Inconclusive, NotApplicable } from '../../model/outcomes.ts';
import type { Role } from '../../model/roles.ts';
import type { Account } from '../../model/target.ts';
import type { LoginServices } from '../../steps/imap-login.ts';
import { ownDelay } from '../../wire/own-delay.ts';
import type { Bench } from '../bench.ts';
import { doorOfShared } from '../patience-at-the-door.ts';
import type { LoginPace } from './login-pace.ts';

/** Who logs in, how that is called, where it is recorded, and how others make room for it. */
export interface LoggingIn {
  readonly account: Account;
  readonly name: string;
  readonly recorder: Recorder;
  makeRoom(): void;
}

/** The services that the steps of a login need, for one session after the other. */
export function loginsOf(
  bench: Bench,
  about: LoggingIn,
  pace: LoginPace,
): (role: Role, signal: AbortSignal) => LoginServices {
  const { target, lab } = bench;
  const { account, name, recorder, makeRoom } = about;
  let connections = 0;
  return (role, signal) => {
    const { imap, pop3 } = bench.openSessions({
      target,
      role,
      helloName: `${name}.${clientDomain(lab?.access)}`,
      lab: lab?.access ?? null,
      recorder,
      nextConnection: () => {
        connections += 1;
        return connections;
      },
      limit: 1,
      door: doorOfShared(bench),
      signal,
    });
    return {
      account: () => account,
      imap,
      pop3,
      role,
      sasl,
      target,
      ownDelay: ownDelay.total,
      mailboxes: {
        awaited: async () => null,
        makeRoom,
        // The watch waits for it without a connection.
        async untilLogin() {
          if (pace.left() > 0) throw new Inconclusive('precondition', 'The next login comes too early.');
        },
        loggedIn: pace.loggedIn,
        demandsDelay: (_account, delayMs) => pace.demands(delayMs),
      },
      pause: (ms) => delay(ms, undefined, { signal }),
      inconclusive(why, reason) {
        throw new Inconclusive(why, reason);
      },
      notApplicable(reason, observed) {
        throw new NotApplicable(reason, observed);
      },
    };
  };
}
