import type { IncomingMessage } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Entry, Journal } from '../journal/journal.ts';
import { CRLF } from '../wire/crlf.ts';
import type { Endpoint } from '../wire/listen.ts';
import { resetSocket } from '../wire/reset.ts';
import { type Permission, permittedAddress } from './destinations.ts';
import { type RelayRule, type RuleSettings, ruleFor } from './rules.ts';

export interface RelayConnection {
  /** ISO 8601. */
  time: string;
  /** Name of the relay. */
  relay: string;
  client: Endpoint;
  /** As asked for. */
  destination: string;
  outcome: 'connected' | 'not-allowed' | 'failed' | 'dropped' | 'bad-request';
  /** The system error of a failed connection. */
  code: string | null;
  /** The address and port that the destination sees. */
  source: Endpoint | null;
  closed: boolean;
}

/** What a client sees of a rule that lets nothing through, as the system error of its attempt. */
const FILTERED: Readonly<Partial<Record<RelayRule['effect'], string>>> = {
  reset: 'ECONNREFUSED',
  prohibit: 'EHOSTUNREACH',
};

/** What goes through a relay, and from where. */
export interface TunnelSettings {
  /** Of the relay, for the record. */
  name: string;
  sourceAddress: string | undefined;
  sourceAddresses: string[];
  rules: RuleSettings[];
  /** Whether connections may go to an address and a port. */
  permits: Permission;
  /** Names are refused, and nobody is asked for them. */
  addressesOnly?: boolean;
  /** To whom connections may go, for the sentence of a refusal. */
  serves: string;
}

/** Connections that clients asked for by CONNECT (RFC 9110 9.3.6). */
export interface Tunnels {
  /** Takes over the connection of the request. */
  open(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void>;
  closeAll(): void;
}

export function createTunnels(settings: TunnelSettings, journal: Journal<RelayConnection>): Tunnels {
  const sockets = new Set<Duplex>();
  const own = (socket: Duplex): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };

  const open = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    own(client);
    client.on('error', () => client.destroy());
    const entry = journal.append({
      time: new Date().toISOString(),
      relay: settings.name,
      client: { address: request.socket.remoteAddress ?? '', port: request.socket.remotePort ?? 0 },
      destination: request.url ?? '',
      outcome: 'failed',
      code: null,
      source: null,
      closed: false,
    });
    const refuse = (status: string, outcome: RelayConnection['outcome'], sentence: string): void => {
      Object.assign(entry, { outcome, closed: true });
      journal.changed(entry);
      client.end(
        [
          `HTTP/1.1 ${status}`,
          'content-type: text/plain',
          'connection: close',
          ...(entry.code === null ? [] : [`x-error-code: ${entry.code}`]),
          '',
          `${sentence}\n`,
        ].join(CRLF),
      );
    };

    const asked = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(request.url ?? '');
    const host = asked?.[1] ?? asked?.[2];
    const port = Number(asked?.[3] ?? 0);
    if (host === undefined || port < 1 || port > 65535)
      return refuse('400 Bad Request', 'bad-request', 'Expected CONNECT host:port.');
    if (settings.addressesOnly && isIP(host) === 0)
      return refuse('403 Forbidden', 'not-allowed', 'Connections go to addresses here, not to names.');
    let address: string | null;
    try {
      address = await permittedAddress(host, (one) => settings.permits(one, port));
    } catch (problem) {
      entry.code = codeOf(problem);
      return refuse('502 Bad Gateway', 'failed', `The name ${host} could not be resolved: ${entry.code}.`);
    }
    if (address === null)
      return refuse(
        '403 Forbidden',
        'not-allowed',
        `Connections to ${host} are not allowed; this relay serves ${settings.serves} only.`,
      );
    const wanted = request.headers['source-address'] ?? settings.sourceAddress;
    if (wanted !== settings.sourceAddress && !settings.sourceAddresses.some((one) => one === wanted))
      return refuse('403 Forbidden', 'not-allowed', `This relay does not connect from ${String(wanted)}.`);
    const localAddress = typeof wanted === 'string' ? { localAddress: wanted } : {};
    if (client.destroyed) return;

    const rule = ruleFor(settings.rules, { address, port });
    const filtered = rule && FILTERED[rule.effect];
    if (filtered !== undefined) {
      entry.code = filtered;
      return refuse('502 Bad Gateway', 'failed', `The network let nothing through to ${host} port ${port}.`);
    }
    if (rule?.effect === 'drop') {
      Object.assign(entry, { outcome: 'dropped', closed: true });
      return journal.changed(entry);
    }
    const reached = rule?.to ?? { address, port };
    const upstream = connect({
      host: reached.address,
      port: reached.port,
      allowHalfOpen: true,
      noDelay: true,
      ...localAddress,
    });
    own(upstream);
    upstream.once('error', (problem) => {
      if (entry.outcome === 'connected') return;
      entry.code = codeOf(problem);
      refuse('502 Bad Gateway', 'failed', `The connection to ${host} port ${port} failed: ${entry.code}.`);
    });
    upstream.once('connect', () => {
      Object.assign(entry, {
        outcome: 'connected',
        source: { address: upstream.localAddress ?? '', port: upstream.localPort ?? 0 },
      });
      journal.changed(entry);
      client.write(`HTTP/1.1 200 Connected${CRLF}${CRLF}`);
      if (head.length > 0) upstream.write(head);
      join(upstream, client, request.socket, () => finish(entry));
    });
    client.on('close', () => upstream.destroy());
  };

  const finish = (entry: Entry<RelayConnection>): void => {
    entry.closed = true;
    journal.changed(entry);
  };

  return {
    open,
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Octets, ends and resets pass in both directions, so that a client sees what it would see directly. */
function join(upstream: Socket, client: Duplex, clientSocket: Socket, finished: () => void): void {
  upstream.pipe(client);
  client.pipe(upstream);
  upstream.on('error', (problem) => {
    // A socket after TLS cannot be reset, and throws where it is told to.
    if (codeOf(problem) === 'ECONNRESET' && !(clientSocket instanceof TLSSocket)) resetSocket(clientSocket);
    else client.destroy();
  });
  client.on('error', () => resetSocket(upstream));
  upstream.on('close', () => {
    finished();
    if (!client.writableEnded) client.destroy();
  });
}

function codeOf(problem: unknown): string {
  const code: unknown = problem instanceof Error ? Reflect.get(problem, 'code') : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
