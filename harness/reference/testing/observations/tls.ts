import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { createRecorder } from '../../../evidence/recorder.ts';
import { ROLES, type Role } from '../../../model/roles.ts';
import { line } from '../../../wire/bytes.ts';
import { type Connection, openConnection } from '../../../wire/connection.ts';
import type { TlsOptions } from '../../../wire/tls.ts';
import {
  type CipherSuite,
  type ClientHelloOptions,
  COMPRESSION,
  EXTENSION,
  olderSuites,
  probeEarlyData,
  probeHello,
  probeSslv2,
  readTicket,
} from '../../../wire/tls-probe.ts';
import { type Dialogue, reachability } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';

/** How long a session ticket may take, in milliseconds. */
const TICKET_MS = 3_000;

/** A connection on which a ClientHello is due. */
async function door<T>(
  { reference }: Dialogue,
  role: Role,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const endpoint = reference.target.endpoints[role];
  if (!endpoint) throw new Error(`The reference has no ${role}.`);
  const recorder = createRecorder();
  const connection = await openConnection({ endpoint, role, recorder, number: 1, replyMs: 5_000 });
  try {
    if (ROLES[role].tls === 'upgrade') {
      await connection.readLine('the greeting');
      connection.send(line({ smtp: 'STARTTLS', pop3: 'STLS', imap: 'u STARTTLS' }[ROLES[role].protocol]));
      await connection.readLine('the go-ahead');
    }
    return await use(connection);
  } finally {
    connection.close();
  }
}

/** What a ClientHello is answered with, on a role with an upgrade and on one without. */
async function hello(dialogue: Dialogue, options: ClientHelloOptions): Promise<string> {
  const answers: string[] = [];
  for (const role of ['mx', 'imaps'] as const)
    answers.push(
      await door(dialogue, role, async (connection) => (await probeHello(connection, options)).text),
    );
  return answers.join(' / ');
}

const numbers = (test: (suite: CipherSuite) => boolean) => olderSuites(test).map(({ number }) => number);
const sound = numbers(({ aead, anon, null: none }) => aead && !anon && !none);

function offering(options: ClientHelloOptions, faulty: RegExp, good = /alert .* \/ .* alert /): Observation {
  return { good, faulty, probe: (dialogue) => hello(dialogue, options) };
}

/** A suite of this kind, offered alone. */
function suites(test: (suite: CipherSuite) => boolean, faulty: RegExp): Observation {
  return offering({ version: 'TLSv1.2', cipherSuites: numbers(test) }, faulty);
}

/** What a strict client says of the certificate on imaps: `authorized`, or why not. */
function certificate(faulty: RegExp): Observation {
  return {
    good: /^authorized$/,
    faulty,
    async probe({ reference }) {
      const { endpoints, trustAnchor, hostname } = reference.target;
      const socket = connectTls({ ...endpoints.imaps, servername: hostname, ca: trustAnchor ?? '' });
      try {
        return await once(socket, 'secureConnect').then(
          () => 'authorized',
          (failure: NodeJS.ErrnoException) => failure.code ?? failure.message,
        );
      } finally {
        socket.destroy();
      }
    },
  };
}

/** What the certificate says, read by OpenSSL. */
function certificateText(good: RegExp, faulty: RegExp): Observation {
  return {
    good,
    faulty,
    probe: (dialogue) =>
      door(dialogue, 'imaps', async (connection) => {
        await connection.startTls();
        const shown = connection.session?.socket.getPeerX509Certificate();
        const { modulusLength = 0 } = shown?.publicKey.asymmetricKeyDetails ?? {};
        const left = Math.round((Number(shown?.validToDate) - Date.now()) / 86_400_000);
        return `${shown?.subjectAltName}; RSA ${modulusLength}; ${shown?.signatureAlgorithm}; ${left} days`;
      }),
  };
}

/** Handshakes with a server name, or with none. */
function named(role: Role, serverName: string): Observation {
  return {
    good: /^completed$/,
    faulty: /UNRECOGNIZED_NAME/,
    probe: (dialogue) => handshake(dialogue, role, { serverName }),
  };
}

function handshake(dialogue: Dialogue, role: Role, options: TlsOptions): Promise<string> {
  return door(dialogue, role, (connection) =>
    connection.startTls(options).then(
      () => 'completed',
      (failure: unknown) => String(failure),
    ),
  );
}

/** The first octets that a role sends unasked. */
function greetsInClear(role: Role): Observation {
  return {
    good: /^nothing$/,
    faulty: /ready|ESMTP/,
    probe: (dialogue) =>
      door(dialogue, role, async (connection) => {
        const seen = dialogue.faulty
          ? (await connection.readLine('a greeting')).bytes
          : await connection.watch(40);
        return seen.toString('latin1') || 'nothing';
      }),
  };
}

function reachable(role: Role): Observation {
  return { good: /^listens$/, faulty: /^closed$/, probe: (dialogue) => reachability(dialogue, role) };
}

const ABOUT_SUITES: Observations = {
  'tls-accepts-anonymous-suites': suites(({ anon }) => anon, /anon.* \/ .*anon/),
  'tls-accepts-null-suites': suites((suite) => suite.null, /NULL.* \/ .*NULL/),
  'tls-accepts-export-suites': suites((suite) => suite.export, /EXPORT.* \/ .*EXPORT/),
  'tls-accepts-rc4': suites(({ rc4 }) => rc4, /RC4.* \/ .*RC4/),
  'tls-accepts-single-des': suites(({ des }) => des, /DES.* \/ .*DES/),
  'tls-accepts-triple-des': suites(({ tripleDes }) => tripleDes, /3DES.* \/ .*3DES/),
  'tls-accepts-rsa-key-transport': suites(
    ({ rsaKeyTransport, aead }) => rsaKeyTransport && aead,
    /TLS_RSA_.* \/ .*TLS_RSA_/,
  ),
  'tls-prefers-rsa-key-transport': offering(
    { version: 'TLSv1.2', cipherSuites: sound },
    /TLS_RSA_.* \/ .*TLS_RSA_/,
    /ECDHE.* \/ .*ECDHE/,
  ),
};

const ABOUT_VERSIONS: Observations = {
  'tls-ends-at-1-1': offering(
    { version: 'TLSv1.2', cipherSuites: numbers(({ bits }) => bits >= 128) },
    /TLSv1\.1 .* \/ TLSv1\.1 /,
    /TLSv1\.2 .* \/ TLSv1\.2 /,
  ),
  'tls-without-1-3': offering({ version: 'TLSv1.3' }, /alert .* \/ .* alert /, /TLSv1\.3 .* \/ TLSv1\.3 /),
  'tls-accepts-1-0-and-1-1': offering(
    { version: 'TLSv1', cipherSuites: numbers(({ bits }) => bits >= 128) },
    /TLSv1 .* \/ TLSv1 /,
  ),
  'tls-accepts-sslv3': offering(
    { version: 'SSLv3', cipherSuites: numbers(({ bits }) => bits >= 112) },
    /SSLv3 .* \/ SSLv3 /,
  ),
  'tls-accepts-sslv2': {
    good: /alert|end of the connection/,
    faulty: /^SSLv2 with/,
    probe: (dialogue) => door(dialogue, 'imaps', async (connection) => (await probeSslv2(connection)).text),
  },
};

/** The ClientHello to which the faults of TLS 1.2 show. */
const compressing: ClientHelloOptions = {
  version: 'TLSv1.2',
  cipherSuites: sound,
  compression: [COMPRESSION.deflate, COMPRESSION.null],
};

const ABOUT_HANDSHAKES: Observations = {
  'tls-compresses': offering(compressing, /compression method 1 \/ .* 1$/, /GCM_SHA\d+ \/ .*GCM_SHA\d+$/),
  'tls-without-secure-renegotiation': answered(compressing, EXTENSION.renegotiationInfo),
  'tls-without-extended-master-secret': answered(compressing, EXTENSION.extendedMasterSecret),
  'tls-accepts-early-data': {
    good: /^resumed without early data$/,
    faulty: /^6 octets of early data accepted$/,
    async probe(dialogue) {
      const ticket = await door(dialogue, 'imaps', async (connection) => {
        await connection.startTls();
        await connection.readLine('the greeting');
        const began = performance.now();
        for (;;) {
          const found = readTicket(connection.session?.socket.getSession() ?? Buffer.alloc(0));
          if (found || performance.now() - began > TICKET_MS) return found;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      });
      if (!ticket) return 'no ticket';
      return door(
        dialogue,
        'imaps',
        async (connection) => (await probeEarlyData(connection, ticket, line('NOOP'))).text,
      );
    },
  },
  'access-asks-for-client-certificate': {
    good: /^false$/,
    faulty: /^true$/,
    probe: (dialogue) =>
      door(dialogue, 'imaps', async (connection) => {
        await connection.startTls();
        return String(connection.session?.certificateRequested());
      }),
  },
  'mx-refuses-unknown-server-name': named('mx', 'unknown.test'),
  'mx-demands-server-name': named('mx', ''),
  'access-refuses-unknown-server-name': named('submission', 'unknown.test'),
  'access-demands-server-name': named('pop3s', ''),
};

/** Whether a ServerHello answers an extension. */
function answered(options: ClientHelloOptions, extension: number): Observation {
  return {
    good: /^true$/,
    faulty: /^false$/,
    probe: (dialogue) =>
      door(dialogue, 'imaps', async (connection) => {
        const answer = await probeHello(connection, options);
        return answer.kind === 'server-hello' ? String(answer.extensions.has(extension)) : answer.text;
      }),
  };
}

const ABOUT_CERTIFICATES: Observations = {
  'certificate-self-signed': certificate(/SELF_SIGNED|UNABLE_TO/),
  'certificate-of-unknown-authority': certificate(/SELF_SIGNED_CERT_IN_CHAIN/),
  'certificate-chain-incomplete': certificate(/UNABLE_TO/),
  'certificate-of-another-host': certificate(/ALTNAME_INVALID/),
  'certificate-expired': certificate(/CERT_HAS_EXPIRED/),
  'certificate-not-yet-valid': certificate(/CERT_NOT_YET_VALID/),
  'certificate-names-subject-only': certificateText(/^DNS:mail/, /^undefined/),
  'certificate-omits-mail-domain': certificateText(/DNS:example\.test;/, /^DNS:mail\.example\.test;/),
  'certificate-about-to-expire': certificateText(/; 7 days/, /; 10 days/),
  'certificate-key-rsa-1024': certificateText(/RSA 0;/, /RSA 1024;/),
  'certificate-signed-with-sha1': certificateText(/SHA256/, /SHA1/),
};

const ABOUT_PORTS: Observations = {
  'submissions-speaks-cleartext': greetsInClear('submissions'),
  'imaps-speaks-cleartext': greetsInClear('imaps'),
  'pop3s-speaks-cleartext': greetsInClear('pop3s'),
  'imaps-closed': reachable('imaps'),
  'pop3s-closed': reachable('pop3s'),
  'pop3s-serves-mailbox-without-login': {
    good: /^-ERR/,
    faulty: /^\+OK/,
    probe: async (dialogue) => (await dialogue.inside('pop3s')).client.askLine('STAT'),
  },
};

export const TLS: Observations = {
  ...ABOUT_PORTS,
  ...ABOUT_CERTIFICATES,
  ...ABOUT_VERSIONS,
  ...ABOUT_SUITES,
  ...ABOUT_HANDSHAKES,
};
