import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { holdClosedPort } from './closed-port.ts';

test('a closed port refuses connections and can be given to no listener while it is held', async () => {
  const closed = await holdClosedPort('127.0.0.1');
  const codeOf = (error: NodeJS.ErrnoException) => error.code ?? 'none';
  const refused = await new Promise<string>((resolve) => {
    const socket = connect(closed.endpoint, () => resolve('connected'));
    socket.once('error', (error) => resolve(codeOf(error)));
  });
  expect(refused).toBe('ECONNREFUSED');
  const taken = await new Promise<string>((resolve) => {
    const server = createServer().once('error', (error) => resolve(codeOf(error)));
    server.listen(closed.endpoint, () => server.close(() => resolve('listening')));
  });
  expect(taken).toBe('EADDRINUSE');
  await closed.release();
});
