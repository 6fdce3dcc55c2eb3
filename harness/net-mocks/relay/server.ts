import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseIdentifier, parseIpAddress } from '../input/addresses.ts';
import { fieldsOf, type Parse, parseList, parsePort } from '../input/parse.ts';
import type { Journal } from '../journal/journal.ts';
import { type Endpoint, listen } from '../wire/listen.ts';
import { allowOnly, type Network, parseNetwork } from './destinations.ts';
import { parseRelayRule, type RelayRule, type RuleSettings } from './rules.ts';
import { createTunnels, type RelayConnection } from './tunnels.ts';

/** An HTTP CONNECT proxy (RFC 9110 9.3.6): what goes through it comes from its address. */
export interface RelayOptions {
  name: string;
  /** 127.0.0.1 when absent. */
  address?: string;
  port?: number;
  /** The local address that outgoing connections are bound to: the vantage. */
  sourceAddress?: string;
  /** More such addresses; a client names the one it wants in the field `source-address` of its request. */
  sourceAddresses?: string[];
  /** Networks to which connections may go besides loopback; no others ever. */
  allow?: string[];
  /** What the network behind the relay does to connections; nothing when absent. */
  rules?: RelayRule[];
}

export interface RelaySettings {
  name: string;
  address: string;
  port: number;
  sourceAddress: string | undefined;
  sourceAddresses: string[];
  allow: Network[];
  rules: RuleSettings[];
}

export const parseRelay: Parse<RelaySettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const settings = {
    name: fields.required('name', parseIdentifier),
    address: fields.withDefault('address', parseIpAddress, '127.0.0.1'),
    port: fields.withDefault('port', parsePort, 0),
    sourceAddress: fields.optional('sourceAddress', parseIpAddress),
    sourceAddresses: fields.withDefault('sourceAddresses', parseList(parseIpAddress), []),
    allow: fields.withDefault('allow', parseList(parseNetwork), []),
    rules: fields.withDefault('rules', parseList(parseRelayRule), []),
  };
  fields.end();
  return settings;
};

export interface Relay {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly sourceAddress: string | null;
  close(): Promise<void>;
}

export async function startRelay(settings: RelaySettings, journal: Journal<RelayConnection>): Promise<Relay> {
  const tunnels = createTunnels(
    { ...settings, permits: allowOnly(settings.allow), serves: 'loopback and its own networks' },
    journal,
  );
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => {
    response.writeHead(405, { 'content-type': 'text/plain', allow: 'CONNECT' });
    response.end('This relay knows the method CONNECT only.\n');
  });
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    void tunnels.open(request, client, head);
  });

  const endpoint = await listen(server, settings);
  return {
    name: settings.name,
    endpoint,
    sourceAddress: settings.sourceAddress ?? null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        tunnels.closeAll();
        for (const socket of sockets) socket.destroy();
      }),
  };
}
