import { deadlineIn } from '../wire/deadline.ts';

/**
 * Waits so many milliseconds, less the delays of our own.
 * @throws the reason of the signal when it ends the wait
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const deadline = deadlineIn(ms);
    const leave = () => {
      clearTimeout(timer);
      deadline.end();
      reject(signal.reason);
    };
    const look = () => {
      const left = deadline.left();
      if (left > 0) {
        timer = setTimeout(look, left);
        return;
      }
      deadline.end();
      signal.removeEventListener('abort', leave);
      resolve();
    };
    let timer = setTimeout(look, ms);
    signal.addEventListener('abort', leave, { once: true });
  });
}
