import { connect, createServer, type Socket } from 'node:net';
import { claimsOf } from '../model/claims.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { ROLE_NAMES, ROLES, type Role } from '../model/roles.ts';
import type { Target } from '../model/target.ts';
import { timingOf } from '../model/timing.ts';
import { CR, CRLF, line, NUL } from '../wire/bytes.ts';
import { startReference } from './server.ts';
import { type ClosedPort, holdClosedPort } from './session/closed-port.ts';

/**
 * Peers that stand for a broken environment: nothing that they do says anything about the conformance
 * of a mail server.
 */
export const ENVIRONMENTS = {
  refused: 'Nobody listens on the ports.',
  silent: 'Connections are accepted and never answered.',
  'closes-after-greeting': 'A greeting in the clear, also where TLS is due, then the end of the connection.',
  'only-421':
    'SMTP greets 421 4.3.2, POP3 -ERR [SYS/TEMP], IMAP BYE, in the clear also where TLS is due; then the end.',
  'resets-on-connect': 'Every connection is reset at once.',
  'slow-drip': 'A greeting that arrives octet by octet, one every 50 ms, and never ends.',
  garbage:
    'Every line received is answered with octets of no protocol: NUL, ESC, bare CR, bidi controls, closing tags of reports.',
  'tls-abort':
    'A well-behaved server behind a path that answers every ClientHello with garbage and ends the connection: what is clear can be judged, what needs TLS cannot.',
} as const;

export type EnvironmentKind = keyof typeof ENVIRONMENTS;
export const ENVIRONMENT_KINDS = Object.keys(ENVIRONMENTS) as readonly EnvironmentKind[];

export interface EnvironmentPeer {
  readonly target: Target;
  /** Ends every port, connection and timer. */
  close(): Promise<void>;
}

const DRIP_MS = 50;
/** First octet of a TLS record that carries a handshake message (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;
/** Waits shortened for self-tests. */
const TIMING = timingOf({ reply: '300ms', quiet: '100ms', slack: '0s' });
const HOSTNAME = 'mail.example.test';

const GREETINGS = {
  smtp: line(`220 ${HOSTNAME} ESMTP`),
  pop3: line(`+OK ${HOSTNAME} ready`),
  imap: line('* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready'),
} as const;

const UNAVAILABLE = {
  smtp: line('421 4.3.2 Service not available'),
  pop3: line('-ERR [SYS/TEMP] Service not available'),
  imap: line('* BYE Service not available'),
} as const;

/** Octets that hurt terminals, XML, TAP and HTML, as several lines and a tail without an end. */
const GARBAGE = Buffer.concat([
  Buffer.from('\u001b]0;owned\u0007\u001b[2J'),
  NUL,
  CR,
  Buffer.from('\u202e\u2066 ]]></testcase></script><!-- '),
  CRLF,
  Buffer.from('Bail out! not ok 1 - injected'),
  CRLF,
  Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80]),
]);

/** Starts one peer for all seven roles, each on a port of its own, with waits shortened for self-tests. */
export async function startEnvironment(kind: EnvironmentKind): Promise<EnvironmentPeer> {
  if (kind === 'tls-abort') return startTlsAbort();
  if (kind === 'refused') return startRefused();
  const peers: Peer[] = [];
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const peer = await listen((socket, timers) => behave(kind, role, socket, timers));
    endpoints[role] = { host: '127.0.0.1', port: peer.port };
    peers.push(peer);
  }
  return {
    target: targetOf(kind, endpoints),
    close: async () => {
      await Promise.all(peers.map((peer) => peer.close()));
    },
  };
}

async function startRefused(): Promise<EnvironmentPeer> {
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  const ports: ClosedPort[] = [];
  for (const role of ROLE_NAMES) {
    const closed = await holdClosedPort('127.0.0.1');
    ports.push(closed);
    endpoints[role] = closed.endpoint;
  }
  return {
    target: targetOf('refused', endpoints),
    async close() {
      await Promise.all(ports.map((port) => port.release()));
    },
  };
}

interface Peer {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(serve: (socket: Socket, timers: Set<NodeJS.Timeout>) => void): Promise<Peer> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // The audit resets and closes connections in the middle of things; that is its business.
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    serve(socket, timers);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') resolve(bound.port);
      else reject(new Error(`Expected a listener bound to an IP address, got ${String(bound)}.`));
    });
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearInterval(timer);
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function behave(
  kind: Exclude<EnvironmentKind, 'refused' | 'tls-abort'>,
  role: Role,
  socket: Socket,
  timers: Set<NodeJS.Timeout>,
): void {
  const { protocol } = ROLES[role];
  switch (kind) {
    case 'silent':
      socket.resume();
      return;
    case 'closes-after-greeting':
      socket.end(GREETINGS[protocol]);
      socket.resume();
      return;
    case 'only-421':
      socket.end(UNAVAILABLE[protocol]);
      socket.resume();
      return;
    case 'resets-on-connect':
      socket.resetAndDestroy();
      return;
    case 'slow-drip':
      socket.resume();
      drip(socket, GREETINGS[protocol], timers);
      return;
    case 'garbage':
      socket.write(GARBAGE);
      socket.on('data', () => socket.write(GARBAGE));
      return;
  }
}

/** The greeting octet by octet; its last octets are never sent. */
function drip(socket: Socket, greeting: Buffer, timers: Set<NodeJS.Timeout>): void {
  let sent = 0;
  const timer = setInterval(() => {
    const octet = greeting.subarray(sent % (greeting.length - CRLF.length)).subarray(0, 1);
    sent++;
    socket.write(octet);
  }, DRIP_MS);
  timers.add(timer);
  socket.once('close', () => {
    clearInterval(timer);
    timers.delete(timer);
  });
}

/**
 * A path to a well-behaved server on which no TLS comes about: octets pass in both directions until the
 * client sends a ClientHello, which is answered with garbage.
 */
async function startTlsAbort(): Promise<EnvironmentPeer> {
  const reference = await startReference();
  const peers: Peer[] = [];
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const server = reference.target.endpoints[role];
    if (!server) continue;
    const peer = await listen((client) => forwardUntilTls(client, connect(server)));
    endpoints[role] = { host: '127.0.0.1', port: peer.port };
    peers.push(peer);
  }
  return {
    target: { ...reference.target, name: 'tls-abort', endpoints, timing: TIMING },
    async close() {
      await Promise.all(peers.map((peer) => peer.close()));
      await reference.close();
    },
  };
}

function forwardUntilTls(client: Socket, server: Socket): void {
  server.on('error', () => client.destroy());
  server.on('end', () => client.end());
  client.on('end', () => server.end());
  client.on('close', () => server.destroy());
  server.on('data', (octets) => client.write(octets));
  client.on('data', (octets) => {
    if (octets[0] !== TLS_HANDSHAKE) {
      server.write(octets);
      return;
    }
    server.destroy();
    client.end(GARBAGE);
  });
}

function targetOf(kind: EnvironmentKind, endpoints: Target['endpoints']): Target {
  const account = (name: string) => ({
    address: `${name}@example.test`,
    login: `${name}@example.test`,
    password: `secret0of0${name}`,
    disposable: true,
    cleartextSecret: true,
  });
  return {
    name: kind,
    driver: 'host',
    domain: 'example.test',
    hostname: HOSTNAME,
    endpoints,
    accounts: [account('alice'), account('bob')],
    trustAnchor: null,
    connections: 32,
    permissions: ['safe', 'sends-mail', 'intrusive'],
    claims: claimsOf({ 'public-mx': true, 'submission-requires-tls': true }),
    timing: TIMING,
  };
}
