import type { FaultName } from '../../model/faults.ts';
import type { Role } from '../../model/roles.ts';
import { type CipherSuite, cipherSuite } from '../../wire/cipher-suites.ts';
import { EXTENSION, RECORD, SIGNALLING_SUITE, TLS_VERSIONS } from '../../wire/tls-numbers.ts';
import type { ServerConnection } from '../session/connection.ts';
import { SessionEnded } from '../session/endings.ts';
import type { Site } from '../site.ts';
import { type OfferedHello, readOfferedHello } from './client-hello.ts';
import { acceptEarlyData } from './early-data.ts';
import { fatalAlert, finiteFieldKeyExchange, serverHello, sslv2ServerHello } from './server-hello.ts';

/** What a server of a fault answers to a hello; undefined: what it would answer without the fault. */
type HandMadeAnswer = (hello: OfferedHello) => Buffer | undefined;

const HANDSHAKE_MS = 60_000;
const UNRECOGNIZED_NAME = 112;
/** Set in the first octet of an SSL 2.0 message. */
const SSLV2_MARK = 0x80;

/**
 * A connection whose TLS is conducted as the faults of the site have it: not at all, with a request for a
 * certificate, or with a first answer made by hand where Node's TLS cannot be made to misbehave. Such an
 * answer ends the handshake.
 */
export function conductTls(site: Site, role: Role, connection: ServerConnection): ServerConnection {
  const { faulty } = site;
  const clear = CLEARTEXT[role];
  const answers = handMadeAnswers(site, role);
  const sslv2 = faulty('tls-accepts-sslv2');
  const asks = role !== 'mx' && faulty('access-asks-for-client-certificate');
  const speaksClear = clear !== undefined && faulty(clear);
  if (!speaksClear && !asks && !sslv2 && answers.length === 0) return connection;

  let begun = false;
  const startTls: ServerConnection['startTls'] = async (context, options) => {
    const first = !begun;
    begun = true;
    if (speaksClear && first) return;
    const answer = sslv2 || answers.length > 0 ? await handMade(connection, answers, sslv2) : undefined;
    if (answer) {
      await connection.send(answer);
      connection.finish();
      throw new SessionEnded('the handshake to go on');
    }
    await connection.startTls(context, asks ? { asksForCertificate: true } : options);
  };
  return Object.create(connection, { startTls: { value: startTls } });
}

const CLEARTEXT: Readonly<Partial<Record<Role, FaultName>>> = {
  submissions: 'submissions-speaks-cleartext',
  imaps: 'imaps-speaks-cleartext',
  pop3s: 'pop3s-speaks-cleartext',
};

async function handMade(
  connection: ServerConnection,
  answers: readonly HandMadeAnswer[],
  sslv2: boolean,
): Promise<Buffer | undefined> {
  const first = await connection.peekOctet('a ClientHello', HANDSHAKE_MS);
  if (sslv2 && (first & SSLV2_MARK) !== 0) return sslv2ServerHello();
  if (first !== RECORD.handshake) return undefined;
  const header = await connection.readOctets(5, 'a record header', HANDSHAKE_MS);
  const content = await connection.readOctets(header.readUInt16BE(3), 'a ClientHello', HANDSHAKE_MS);
  connection.putBack(Buffer.concat([header, content]));
  const hello = readOfferedHello(content);
  if (!hello) return undefined;
  for (const answer of answers) {
    const made = answer(hello);
    if (made) return made;
  }
  return undefined;
}

function handMadeAnswers({ faulty, hostname }: Site, role: Role): readonly HandMadeAnswer[] {
  const known: readonly (readonly [FaultName, HandMadeAnswer])[] = [
    ['tls-accepts-sslv3', sslv3],
    ['tls-accepts-null-suites', onlySuites((suite) => suite.null)],
    ['tls-accepts-export-suites', onlySuites((suite) => suite.export)],
    ['tls-accepts-rc4', onlySuites((suite) => suite.rc4)],
    ['tls-accepts-single-des', onlySuites((suite) => suite.des)],
    ['tls-accepts-triple-des', onlySuites((suite) => suite.tripleDes)],
    ['tls-accepts-short-primes', shortPrime],
    ['tls-compresses', (hello) => tls12(hello, { compression: 1 })],
    ['tls-without-secure-renegotiation', (hello) => tls12(hello, { renegotiation: false })],
    ['tls-accepts-early-data', acceptEarlyData],
    [
      role === 'mx' ? 'mx-refuses-unknown-server-name' : 'access-refuses-unknown-server-name',
      (hello) => {
        const name = serverNameOf(hello);
        return name === undefined || name === hostname ? undefined : fatalAlert(UNRECOGNIZED_NAME);
      },
    ],
    [
      'access-refuses-own-server-name',
      (hello) => (role !== 'mx' && serverNameOf(hello) === hostname ? NO_ANSWER : undefined),
    ],
    [
      role === 'mx' ? 'mx-demands-server-name' : 'access-demands-server-name',
      (hello) => (hello.extensions.has(EXTENSION.serverName) ? undefined : fatalAlert(UNRECOGNIZED_NAME)),
    ],
  ];
  return known.filter(([fault]) => faulty(fault)).map(([, answer]) => answer);
}

/** The connection ends without a word. */
const NO_ANSWER = Buffer.alloc(0);

function serverNameOf({ extensions }: OfferedHello): string | undefined {
  return extensions.get(EXTENSION.serverName)?.subarray(5).toString();
}

function sslv3(hello: OfferedHello): Buffer | undefined {
  if (hello.version !== TLS_VERSIONS.SSLv3) return undefined;
  const suite = offered(hello).find(({ bits, null: none }) => bits >= 112 && !none);
  return suite && serverHello({ version: TLS_VERSIONS.SSLv3, suite: suite.number });
}

/** A client that offers nothing else gets a suite of this kind. */
function onlySuites(test: (suite: CipherSuite) => boolean): HandMadeAnswer {
  return (hello) => {
    const suites = offered(hello);
    const [first] = suites;
    return first && suites.every(test)
      ? serverHello({
          version: hello.version,
          suite: first.number,
          extensions: [[EXTENSION.renegotiationInfo, Buffer.of(0)]],
        })
      : undefined;
  };
}

function shortPrime(hello: OfferedHello): Buffer | undefined {
  const answer = onlySuites((suite) => suite.finiteField)(hello);
  return answer && Buffer.concat([answer, finiteFieldKeyExchange(1_024)]);
}

/** The answer to a hello of TLS 1.2 that offers compression, which no client of today does. */
function tls12(
  hello: OfferedHello,
  { compression = 0, renegotiation = true }: { compression?: number; renegotiation?: boolean },
): Buffer | undefined {
  if (hello.extensions.has(EXTENSION.supportedVersions) || !hello.compression.includes(1)) return undefined;
  const suite = offered(hello).find(({ aead, forwardSecret }) => aead && forwardSecret);
  return (
    suite &&
    serverHello({
      version: TLS_VERSIONS['TLSv1.2'],
      suite: suite.number,
      compression,
      extensions: [
        [EXTENSION.extendedMasterSecret, Buffer.alloc(0)],
        ...(renegotiation ? [[EXTENSION.renegotiationInfo, Buffer.of(0)] as const] : []),
      ],
    })
  );
}

function offered({ suites }: OfferedHello): readonly CipherSuite[] {
  const signals: readonly number[] = Object.values(SIGNALLING_SUITE);
  return suites.filter((number) => !signals.includes(number)).map(cipherSuite);
}
