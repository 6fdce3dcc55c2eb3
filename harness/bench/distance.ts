import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../model/endpoint.ts';
import type { LabAccess, RoutedVantage } from '../model/lab-access.ts';
import type { Role } from '../model/roles.ts';
import type { AuditContext } from '../runner/audit-context.ts';

/** A context whose target is further away. */
export interface Distant {
  readonly context: AuditContext;
  close(): Promise<void>;
}

/**
 * Puts a relay in front of every endpoint of the target, or of the lab's own relays where connections go through
 * those, that keeps what it carries for half of a round trip in each direction. Who connects is still seen: on
 * loopback the relay binds to the address of its client.
 * @param roundTripMs added to every round trip; with 0 nothing is in the way
 */
export async function atDistance(context: AuditContext, roundTripMs: number): Promise<Distant> {
  if (roundTripMs === 0) return { context, close: async () => undefined };
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const relays = new Map<string, Promise<Endpoint>>();
  const away = (endpoint: Endpoint): Promise<Endpoint> => {
    const key = `${endpoint.host} ${endpoint.port}`;
    const known = relays.get(key) ?? startRelay(endpoint, roundTripMs, servers, sockets);
    relays.set(key, known);
    return known;
  };
  const { target, lab } = context;
  const relayed = lab?.vantages.some(({ route }) => 'relay' in route) ?? false;
  return {
    context: {
      ...context,
      target: { ...target, endpoints: await eachEndpoint(target.endpoints, away) },
      lab: lab && (relayed ? await behindRelays(lab, away) : await onLoopback(lab, away)),
    },
    async close() {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

type Away = (endpoint: Endpoint) => Promise<Endpoint>;

async function onLoopback(lab: LabAccess, away: Away): Promise<LabAccess> {
  return { ...lab, endpoints: await eachEndpoint(lab.endpoints, away) };
}

async function behindRelays(lab: LabAccess, away: Away): Promise<LabAccess> {
  const further = async (vantage: RoutedVantage): Promise<RoutedVantage> =>
    'relay' in vantage.route
      ? { ...vantage, route: { ...vantage.route, relay: await away(vantage.route.relay) } }
      : vantage;
  const all = (vantages: readonly RoutedVantage[]) => Promise.all(vantages.map(further));
  return {
    ...lab,
    vantages: await all(lab.vantages),
    reader: await further(lab.reader),
    unused: await all(lab.unused),
    elsewhere: await all(lab.elsewhere),
  };
}

async function eachEndpoint(
  endpoints: Readonly<Partial<Record<Role, Endpoint>>>,
  away: Away,
): Promise<Partial<Record<Role, Endpoint>>> {
  const moved = await Promise.all(
    Object.entries(endpoints).map(async ([role, endpoint]) => [role, await away(endpoint)] as const),
  );
  return Object.fromEntries(moved);
}

async function startRelay(
  { host, port }: Endpoint,
  roundTripMs: number,
  servers: Server[],
  sockets: Set<Socket>,
): Promise<Endpoint> {
  const own = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    own(client);
    client.on('error', () => client.destroy());
    // A connection takes a round trip before the server can say a word.
    setTimeout(() => {
      if (client.destroyed) return;
      const localAddress = host.startsWith('127.') ? client.remoteAddress : undefined;
      const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true, localAddress });
      own(upstream);
      carry(client, upstream, roundTripMs / 2);
      carry(upstream, client, roundTripMs / 2);
      client.resume();
    }, roundTripMs);
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.');
  return { host: '127.0.0.1', port: address.port };
}

/** Octets and endings of one direction, in order, each as much later. */
function carry(from: Socket, to: Socket, ms: number): void {
  const later = (what: () => void) => void setTimeout(what, ms);
  from.on('data', (chunk: Buffer) => later(() => to.writable && to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', (failure: NodeJS.ErrnoException) => {
    from.destroy();
    later(() => (failure.code === 'ECONNRESET' ? to.resetAndDestroy() : to.destroy()));
  });
  // After an orderly end, what is still on its way arrives first.
  from.on('close', () => later(() => void setTimeout(() => to.destroySoon(), ms)));
}
