/** Aborts when the process is asked to end: what was started is then removed in order. */
export function untilSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return stop.signal;
}
