import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** A server that does this to the connection of a client, and a process that has nothing to do afterwards. */
const program = (conduct: string) => `
  import { connect, createServer } from 'node:net';
  import { resetSocket } from ${JSON.stringify(new URL('reset.ts', import.meta.url).href)};
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    ${conduct}
    server.close();
  });
  server.listen(0, '127.0.0.1', () => {
    const client = connect(server.address().port, '127.0.0.1').resume();
    client.on('error', ({ code }) => console.log(code)).on('end', () => console.log('end'));
  });
`;

test.each([
  ['is reset', 'resetSocket(socket);', 'ECONNRESET'],
  [
    'is closed where its end is on the way, and the process can end',
    'socket.end(); resetSocket(socket);',
    'end',
  ],
])('a connection %s', (_, conduct, seen) => {
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program(conduct)],
    { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' },
  );
  expect({ signal, status, seen: stdout.trim() }).toEqual({ signal: null, status: 0, seen });
});
