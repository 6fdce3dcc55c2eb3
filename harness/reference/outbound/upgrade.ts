import { isIP } from 'node:net';
import type { SmtpClient } from '../../client/smtp.ts';
import type { SmtpCapabilities } from '../../client/smtp-capabilities.ts';
import { line, lines } from '../../wire/bytes.ts';
import type { FaultName } from '../faults.ts';
import type { TlsDemand } from './transport/tls-demand.ts';

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
  const behind = faulty('outbound-pipelines-behind-starttls') ? ['MAIL FROM:<>'] : [];
  connection.send(lines('STARTTLS', ...behind));
  const goAhead = await client.reply('the reply to STARTTLS');
  if (goAhead.code !== 220) return session;
  // An address is no server name (RFC 6066 §3).
  const { serverName } = demand;
  const { unreadClear } = await connection.startTls(
    serverName !== '' && isIP(serverName) === 0 ? { serverName } : {},
  );
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

/** The number behind SIZE (RFC 1870 §4); infinite where there is none. */
function sizeLimit(capabilities: SmtpCapabilities | undefined): number {
  return Number(capabilities?.keywords.get('SIZE')) || Number.POSITIVE_INFINITY;
}
