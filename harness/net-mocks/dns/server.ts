import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { closeServer, type Endpoint, listen, peerOf } from '../wire/listen.ts';
import { resetSocket } from '../wire/reset.ts';
import { createDnsAuthority, type DnsAuthority, type Outcome, type Transport } from './authority.ts';
import { readQuery } from './message.ts';

export interface DnsServerSettings {
  address: string;
  /** 0 takes any free one; the same for UDP and TCP. */
  port: number;
  /** Without TCP a truncated answer leads nowhere. */
  tcp: boolean;
}

export interface DnsListener {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

/** Who answers what comes to a server. */
type Answerer = DnsAuthority['answer'];

/** After this time without a query a TCP connection is closed. */
const TCP_IDLE_MS = 30_000;

/** A name server that knows only what is published. */
export interface DnsServer extends DnsAuthority, Pick<DnsListener, 'endpoint'> {
  close(): Promise<void>;
}

/** Starts a DNS server that is authoritative for everything. */
export async function startDnsServer(settings: DnsServerSettings): Promise<DnsServer> {
  const authority = createDnsAuthority();
  const { endpoint, close } = await listenForQueries(settings, authority.answer);
  return {
    ...authority,
    endpoint,
    async close() {
      await authority.close();
      await close();
    },
  };
}

/**
 * Listens for queries over UDP and TCP.
 * @param mostConnections over TCP at a time; more are turned away
 */
export async function listenForQueries(
  settings: DnsServerSettings,
  answer: Answerer,
  mostConnections = Number.POSITIVE_INFINITY,
): Promise<DnsListener> {
  const stop = new AbortController();
  const connections = new Set<Socket>();
  const answerPacket = (packet: Buffer, source: Endpoint, transport: Transport): Promise<Outcome> =>
    answer(readQuery(packet), source, transport);

  const tcp = createServer((connection) => {
    if (connections.size >= mostConnections) {
      connection.destroy();
      return;
    }
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    serveTcp(connection, answerPacket);
  });
  const endpoint = await bindBoth(settings, tcp, (udp) => {
    udp.on('message', (packet: Buffer, remote: RemoteInfo) => {
      // Nothing can be sent there, and Node throws where it is told to.
      if (remote.port === 0) return;
      const source = { address: remote.address, port: remote.port };
      const answered = answerPacket(packet, source, 'udp').then((outcome) => {
        if (typeof outcome === 'object' && !stop.signal.aborted)
          udp.send(outcome.bytes, remote.port, remote.address, () => {
            // The client may be gone; what counts is in the journal.
          });
      });
      void answered.catch(() => undefined);
    });
    stop.signal.addEventListener('abort', () => udp.close());
  });

  return {
    endpoint,
    async close() {
      stop.abort();
      if (settings.tcp) await closeServer(tcp, connections);
    },
  };
}

/** Queries of a connection that wait for their answers at most. */
const MOST_PIPELINED = 16;

/** Messages with a length of two octets in front (RFC 1035 4.2.2), answered one after the other. */
function serveTcp(
  connection: Socket,
  answerPacket: (packet: Buffer, source: Endpoint, transport: 'tcp') => Promise<Outcome>,
): void {
  let pending: Buffer = Buffer.alloc(0);
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;
  const source = peerOf(connection);
  connection.setTimeout(TCP_IDLE_MS, () => connection.destroy());
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const packet = pending.subarray(2, 2 + pending.readUInt16BE(0));
      pending = pending.subarray(2 + packet.length);
      waiting += 1;
      // Who sends queries and reads no answer is heard no further.
      if (waiting === MOST_PIPELINED) connection.pause();
      const answered = turn.then(async () => {
        const outcome = await answerPacket(packet, source, 'tcp');
        if (outcome === 'reset') resetSocket(connection);
        else if (outcome !== 'drop' && !connection.destroyed) {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(outcome.bytes.length, 0);
          if (!connection.write(Buffer.concat([length, outcome.bytes]))) await drained(connection);
        }
      });
      turn = answered
        .catch(() => void connection.destroy())
        .then(() => {
          waiting -= 1;
          if (waiting < MOST_PIPELINED) connection.resume();
        });
    }
  });
}

/** Until what was written is on its way, or the connection has ended. */
function drained(connection: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      connection.off('drain', done).off('close', done);
      resolve();
    };
    connection.on('drain', done).on('close', done);
    if (connection.destroyed) done();
  });
}

/** A free TCP port may be taken for UDP; then another one is tried. */
async function bindBoth(
  settings: DnsServerSettings,
  tcp: Server,
  attach: (udp: UdpSocket) => void,
): Promise<Endpoint> {
  for (let attempt = 1; ; attempt += 1) {
    const endpoint = settings.tcp ? await listen(tcp, settings) : settings;
    const udp = createSocket({ type: settings.address.includes(':') ? 'udp6' : 'udp4' });
    try {
      const bound = await bindUdp(udp, endpoint);
      attach(udp);
      return bound;
    } catch (problem) {
      udp.close();
      if (settings.tcp) await closeServer(tcp, []);
      if (settings.port !== 0 || attempt === 5) throw problem;
    }
  }
}

function bindUdp(udp: UdpSocket, at: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    udp.once('error', reject);
    udp.bind({ address: at.address, port: at.port, exclusive: true }, () => {
      udp.off('error', reject);
      udp.on('error', () => {
        // An unreachable client is no reason to stop serving the others.
      });
      const { address, port } = udp.address();
      resolve({ address, port });
    });
  });
}
