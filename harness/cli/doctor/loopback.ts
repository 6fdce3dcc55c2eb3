import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Diagnosis } from './diagnosis.ts';

/** An address of 127/8 beside the usual one, as clients of the lab on loopback have them. */
const ANOTHER = '127.73.19.2';

/** Whether a port of 127.0.0.1 can be taken. */
export function ownPorts(): Promise<Diagnosis> {
  return tried('ports of 127.0.0.1', '127.0.0.1', 'can be taken', 'let this process listen on 127.0.0.1.');
}

/** Whether clients can come from any address of 127/8. */
export function ownAddresses(): Promise<Diagnosis> {
  return tried(
    'addresses of 127/8',
    ANOTHER,
    'can be listened on and connected from',
    'use Linux, or add the addresses to the loopback interface; the lab of targets of driver reference uses all of 127/8.',
  );
}

async function tried(what: string, address: string, well: string, todo: string): Promise<Diagnosis> {
  const server = createServer((socket) => void socket.on('error', () => undefined).end());
  try {
    server.listen(0, address);
    await once(server, 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    const client = connect({ host: address, port: bound.port, localAddress: address });
    await once(client, 'connect');
    client.destroy();
    return { state: 'ok', what, line: well };
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
    return { state: 'no', what, line: `${address} cannot be used (${code}).`, todo };
  } finally {
    server.close();
  }
}
