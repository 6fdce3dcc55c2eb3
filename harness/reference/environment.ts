import { createServer, type Socket } from 'node:net';
import { ROLE_NAMES, ROLES, type Role } from '../check/roles.ts';
import type { Target } from '../targets/target.ts';
import { CR, CRLF, line, lines, NUL } from '../wire/bytes.ts';
import type { Endpoint } from '../wire/connection.ts';

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
    'A proper cleartext dialogue that lists the upgrade and grants it; instead of a handshake come random octets.',
} as const;

export type EnvironmentKind = keyof typeof ENVIRONMENTS;
export const ENVIRONMENT_KINDS = Object.keys(ENVIRONMENTS) as readonly EnvironmentKind[];

export interface EnvironmentPeer {
  readonly target: Target;
  /** Ends every port, connection and timer. */
  close(): Promise<void>;
}

const DRIP_MS = 50;
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
  const peers: Peer[] = [];
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const peer = await listen((socket, timers) => behave(kind, role, socket, timers));
    endpoints[role] = { host: '127.0.0.1', port: peer.port };
    if (kind === 'refused') await peer.close();
    else peers.push(peer);
  }
  return {
    target: targetOf(kind, endpoints),
    close: async () => {
      await Promise.all(peers.map((peer) => peer.close()));
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

function behave(kind: EnvironmentKind, role: Role, socket: Socket, timers: Set<NodeJS.Timeout>): void {
  const { protocol } = ROLES[role];
  switch (kind) {
    case 'refused':
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
    case 'tls-abort':
      abortTls(role, socket);
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

/** Answers in the clear until the upgrade, then breaks the handshake. */
function abortTls(role: Role, socket: Socket): void {
  const { protocol, tls } = ROLES[role];
  let broken = tls === 'implicit';
  if (!broken) socket.write(GREETINGS[protocol]);
  socket.on('data', (chunk) => {
    if (broken) {
      socket.end(GARBAGE);
      return;
    }
    for (const command of chunk.toString('latin1').split(CRLF.toString()).filter(Boolean)) {
      const upgrade = /^(\S+ )?(STARTTLS|STLS)$/i.test(command);
      socket.write(upgrade ? goAhead(role, command) : clearAnswer(role, command));
      if (upgrade) {
        broken = true;
        return;
      }
    }
  });
}

function goAhead(role: Role, command: string): Buffer {
  switch (ROLES[role].protocol) {
    case 'smtp':
      return line('220 2.0.0 Ready to start TLS');
    case 'pop3':
      return line('+OK Begin TLS');
    case 'imap':
      return line(`${tagOf(command)} OK Begin TLS`);
  }
}

function clearAnswer(role: Role, command: string): Buffer {
  switch (ROLES[role].protocol) {
    case 'smtp':
      if (/^EHLO/i.test(command)) return lines(`250-${HOSTNAME}`, '250 STARTTLS');
      return /^(NOOP|RSET|HELO)/i.test(command)
        ? line('250 2.0.0 Ok')
        : line('530 5.7.0 Must issue a STARTTLS command first');
    case 'pop3':
      return /^CAPA/i.test(command) ? lines('+OK', 'STLS', '.') : line('-ERR [SYS/PERM] TLS is required');
    case 'imap':
      if (/^\S+ CAPABILITY/i.test(command)) {
        return lines('* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED', `${tagOf(command)} OK done`);
      }
      return /^\S+ NOOP/i.test(command)
        ? line(`${tagOf(command)} OK done`)
        : line(`${tagOf(command)} NO [PRIVACYREQUIRED] TLS is required`);
  }
}

function tagOf(command: string): string {
  return command.split(' ', 1)[0] ?? '*';
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
    claims: { publicMx: true, submissionRequiresTls: true, mxRequiresTls: false, proxyLogins: [] },
    timing: { replyMs: 300, quietMs: 100, slackMs: 0, retryAfterMs: [] },
  };
}
