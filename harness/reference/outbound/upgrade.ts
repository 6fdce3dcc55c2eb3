import { isIP } from 'node:net';
import type { SmtpClient } from '../../client/smtp.ts';
import type { SmtpCapabilities } from '../../client/smtp-capabilities.ts';
import type { FaultName } from '../../model/faults.ts';
import { line, lines } from '../../wire/bytes.ts';
import { clientHello } from '../../wire/client-hello.ts';
import { RECORD } from '../../wire/tls-numbers.ts';
import type { FailureType, Objection } from './transport/objection.ts';
import type { TlsDemand } from './transport/tls-demand.ts';

const SIGNATURES =
  'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512';
const GROUPS = 'X25519:P-256:P-384:P-521';
/** No SHA-1 (RFC 9155 §2), no group of less than 224 bits. */
export const CURRENT_OFFERS = { signatureAlgorithms: SIGNATURES, groups: GROUPS };
const WEAK_OFFERS = { signatureAlgorithms: `${SIGNATURES}:RSA+SHA1:ECDSA+SHA1`, groups: `${GROUPS}:P-192` };
const CLIENT_KEY_EXCHANGE = 16;
/** How long a fault listens for a ServerHello, in milliseconds. */
const SERVER_HELLO_MS = 300;

/** An open session with a next hop, and what it may be asked for. */
export interface OutboundSession {
  readonly client: SmtpClient;
  /** What the next hop lists now; under a fault what it listed before TLS. */
  readonly capabilities: SmtpCapabilities | undefined;
  /** Largest message by the list before TLS, in octets; only a fault cares. */
  readonly sizeBeforeTls: number;
}

/** Who upgrades, to whom, and with which faults. */
export interface UpgradeContext {
  /** Name of this server in EHLO. */
  readonly hostname: string;
  readonly demand: TlsDemand;
  readonly faulty: (fault: FaultName) => boolean;
}

/** The next hop is not who it must be; nothing of the message was told to it. */
export class NotAuthenticated extends Error {
  override readonly name = 'NotAuthenticated';
  readonly resultType: FailureType;
  constructor({ resultType, text }: Objection) {
    super(text);
    this.resultType = resultType;
  }
}

/**
 * STARTTLS where it is listed (RFC 3207 §4): the handshake, and a new EHLO whose answer replaces everything
 * that was said in the clear. Without a go-ahead the session stays in the clear.
 * @throws WireFailure when the handshake fails; NotAuthenticated when the certificates do not do
 */
export async function upgradeIfOffered(
  client: SmtpClient,
  { hostname, demand, faulty }: UpgradeContext,
): Promise<OutboundSession> {
  const before = client.capabilities;
  const session = { client, capabilities: before, sizeBeforeTls: sizeLimit(before) };
  if (!before?.keywords.has('STARTTLS') || faulty('outbound-never-uses-tls')) {
    return session;
  }
  const { connection } = client;
  const after = faulty('outbound-pipelines-after-starttls') ? ['MAIL FROM:<>'] : [];
  connection.send(lines('STARTTLS', ...after));
  const goAhead = await client.reply('the reply to STARTTLS');
  if (goAhead.code !== 220) return session;
  // An address is no server name (RFC 6066 §3).
  const { serverName } = demand;
  if (faulty('outbound-goes-on-with-foreign-suite')) await goOnWhateverIsSelected(client);
  const { unreadClear } = await connection.startTls({
    ...(serverName !== '' && isIP(serverName) === 0 ? { serverName } : {}),
    offers: faulty('outbound-offers-weak-algorithms') ? WEAK_OFFERS : CURRENT_OFFERS,
  });
  const objection = demand.objection(connection.session?.peerCertificates ?? []);
  if (objection !== undefined) {
    await client.quit();
    throw new NotAuthenticated(objection);
  }
  if (faulty('outbound-skips-second-ehlo')) return session;
  if (unreadClear.length > 0 && faulty('outbound-keeps-input-across-tls')) {
    // The injected reply counts as the answer, so nobody waits for the real one.
    connection.send(line(`EHLO ${hostname}`));
    return { ...session, capabilities: undefined };
  }
  await client.ehlo();
  const kept = faulty('outbound-keeps-capabilities-across-tls');
  return { ...session, capabilities: kept ? before : client.capabilities };
}

/** Under a fault: does not look at the ServerHello, and sends a ClientKeyExchange (RFC 5246 §7.4.7). */
async function goOnWhateverIsSelected({ connection }: SmtpClient): Promise<void> {
  connection.send(clientHello({ version: 'TLSv1.2', cipherSuites: [0xc02f] }));
  await connection.watch(SERVER_HELLO_MS);
  connection.send(Buffer.from([RECORD.handshake, 3, 3, 0, 4, CLIENT_KEY_EXCHANGE, 0, 0, 0]));
}

/** The number after SIZE (RFC 1870 §4); infinite where there is none. */
function sizeLimit(capabilities: SmtpCapabilities | undefined): number {
  return Number(capabilities?.keywords.get('SIZE')) || Number.POSITIVE_INFINITY;
}
