import type { Site } from '../site.ts';

/** When each mailbox was opened last, on the clock of `performance.now()`. */
const opened = new WeakMap<object, number>();

/** Whether the last login of a mailbox is too short a while ago (RFC 2449 §6.5); else this one is the last. */
export function comesTooEarly({ life }: Site, mailbox: object): boolean {
  const { loginDelay } = life;
  if (loginDelay === undefined) return false;
  const now = performance.now();
  const last = opened.get(mailbox);
  if (last !== undefined && now - last < loginDelay * 1_000) return true;
  opened.set(mailbox, now);
  return false;
}
