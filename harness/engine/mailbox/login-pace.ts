/** When the next login of an account by POP3 may come: a server may demand time between two (RFC 2449 §6.5). */
export interface LoginPace {
  /** Milliseconds from now on. */
  left(): number;
  /** Somebody logged in. */
  loggedIn(): void;
  /** The server demands so many milliseconds between two logins. */
  demands(delayMs: number): void;
}

/** @param now a clock in milliseconds */
export function createLoginPace(now: () => number = () => performance.now()): LoginPace {
  let delay = 0;
  let last: number | undefined;
  return {
    left: () => (last === undefined ? 0 : Math.max(0, last + delay - now())),
    loggedIn() {
      last = now();
    },
    demands(delayMs) {
      delay = delayMs;
      // Somebody logged in who told nobody.
      if (last === undefined || last + delay <= now()) last = now();
    },
  };
}
