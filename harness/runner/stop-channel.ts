import { BroadcastChannel } from 'node:worker_threads';

/** Name of the channel on which the workers of a run hear that it is to end. */
function nameOf(runId: string): string {
  return `mailspec stop ${runId}`;
}

/** Tells every worker of a run that it is to end: what they would send next is not sent. */
export function tellStop(runId: string): void {
  const channel = new BroadcastChannel(nameOf(runId));
  channel.postMessage('stop');
  channel.close();
}

/** What a worker hears; `close` ends the listening. */
export interface StopChannel {
  readonly signal: AbortSignal;
  close(): void;
}

/** Listens, in a worker, for the end of its run. It keeps no process alive. */
export function hearStop(runId: string): StopChannel {
  const stop = new AbortController();
  const channel = new BroadcastChannel(nameOf(runId));
  channel.onmessage = () => stop.abort(new Error('The run was asked to stop.'));
  channel.unref();
  return { signal: stop.signal, close: () => channel.close() };
}
