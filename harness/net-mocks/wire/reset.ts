import type { Socket } from 'node:net';

/**
 * Resets a connection of TCP. Where its end is still on the way it is closed instead: Node would then neither reset nor
 * close it, and its process, or worker, would turn for ever when it is to end.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
