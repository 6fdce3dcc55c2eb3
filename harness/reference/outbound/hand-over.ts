import { createSmtpClient, type SmtpClient } from '../../client/smtp.ts';
import { replyClass, type SmtpReply } from '../../client/smtp-reply.ts';
import { createRecorder } from '../../evidence/recorder.ts';
import type { FaultName } from '../../model/faults.ts';
import { base64, line } from '../../wire/bytes.ts';
import { openConnection } from '../../wire/connection.ts';
import type { RelayEnvelope } from '../options.ts';
import { transactWithEverythingListed } from './early-capabilities.ts';
import type { NextHop } from './next-hop.ts';
import { logInAtSmarthost, type Smarthost } from './smarthost.ts';
import { termsOf } from './terms.ts';
import type { FailureType } from './transport/objection.ts';
import type { TlsDemand } from './transport/tls-demand.ts';
import { CURRENT_OFFERS, NotAuthenticated, type OutboundSession, upgradeIfOffered } from './upgrade.ts';

/** What became of one recipient at one host. */
export interface Outcome {
  readonly recipient: string;
  readonly result: 'taken' | 'later' | 'never';
  /** The reply that decided. */
  readonly reply: string;
}

/** Who hands over, and how. */
export interface HandOverContext {
  /** Name of this server in EHLO. */
  readonly hostname: string;
  /** Where the connection comes from; any address when absent. */
  readonly address?: string | undefined;
  readonly signal: AbortSignal;
  readonly demand: TlsDemand;
  /** The host is a smarthost, with its own ways of TLS and login. */
  readonly smarthost?: Smarthost | undefined;
  /** Missing TLS is noticed when the sender was named. */
  readonly missesTlsAtRecipient?: boolean;
  /** Is told once how TLS with the host went. */
  readonly noteTls?: ((result: 'success' | FailureType) => void) | undefined;
  readonly faulty: (fault: FaultName) => boolean;
}

/** Deadline of one reply: the peers are on this machine. Milliseconds. */
const REPLY_MS = 10_000;

/**
 * Hands a message to a host, inside TLS where the host offers it (RFC 7435); a handshake that fails is
 * followed by an attempt in the clear, unless TLS is required.
 * @throws WireFailure when the conversation broke; NotAuthenticated
 */
export async function handOver(
  hop: NextHop,
  envelope: RelayEnvelope,
  message: Buffer,
  context: HandOverContext,
): Promise<readonly Outcome[]> {
  const gaveUp = context.faulty('outbound-gives-up-tls-after-bad-certificate');
  let { required } = context.demand;
  const session = await openSession(hop, context, true).catch((failure: unknown) => {
    if (gaveUp && failure instanceof NotAuthenticated) required = false;
    if (required) throw failure;
    return openSession(hop, context, false);
  });
  const { connection } = session.client;
  try {
    if (required && !connection.tls) {
      if (context.missesTlsAtRecipient) await session.client.command(`MAIL FROM:<${envelope.sender}>`);
      await session.client.quit();
      return envelope.recipients.map((recipient) => ({
        recipient,
        result: 'later',
        reply: 'TLS is required and was not offered',
      }));
    }
    return await transact(session, envelope, message, context);
  } finally {
    connection.close();
  }
}

async function openSession(
  { endpoint, hostname: peer }: NextHop,
  { hostname, address, signal, demand, smarthost, noteTls, faulty }: HandOverContext,
  upgrade: boolean,
): Promise<OutboundSession> {
  const connection = await openConnection({
    endpoint,
    role: peer,
    recorder: createRecorder(),
    number: 1,
    replyMs: REPLY_MS,
    signal,
    ...(address === undefined ? {} : { localAddress: address }),
  });
  try {
    if (smarthost?.claim.tls === 'implicit')
      await connection.startTls({ serverName: smarthost.hostname, offers: CURRENT_OFFERS });
    const client = await createSmtpClient(connection, hostname);
    const hello = await client.ehlo();
    if (hello.code !== 250) {
      if (faulty('outbound-without-helo')) throw new Error('The next hop refuses EHLO.');
      await client.command(`HELO ${hostname}`);
    }
    if (client.capabilities?.mechanisms.includes('PLAIN') && faulty('outbound-logs-in-anywhere')) {
      await client.command(`AUTH PLAIN ${base64('\0relay\0password')}`);
    }
    if (smarthost) {
      const session = await upgradeIfOffered(client, { hostname, demand, faulty });
      // Without TLS where it is due, nothing is told, least of all a password.
      if (demand.required && !connection.tls) return session;
      const objection = connection.tls
        ? demand.objection(connection.session?.peerCertificates ?? [])
        : undefined;
      if (objection) throw new NotAuthenticated(objection);
      await logInAtSmarthost(client, smarthost);
      return session;
    }
    if (upgrade) {
      const session = await upgradeIfOffered(client, { hostname, demand, faulty }).catch(
        (failure: unknown) => {
          noteTls?.(failure instanceof NotAuthenticated ? failure.resultType : 'validation-failure');
          throw failure;
        },
      );
      noteTls?.(connection.tls ? 'success' : 'starttls-not-supported');
      return session;
    }
    const { capabilities } = client;
    return { client, capabilities, sizeBeforeTls: Number.POSITIVE_INFINITY };
  } catch (failure) {
    connection.close();
    throw failure;
  }
}

async function transact(
  session: OutboundSession,
  envelope: RelayEnvelope,
  message: Buffer,
  { faulty }: HandOverContext,
): Promise<readonly Outcome[]> {
  const { client, capabilities, sizeBeforeTls } = session;
  const { recipients } = envelope;
  if (faulty('outbound-obeys-size-from-before-tls') && message.length > sizeBeforeTls) {
    await client.quit();
    const reply = `The message is larger than ${sizeBeforeTls} octets`;
    return recipients.map((recipient) => ({ recipient, result: 'never', reply }));
  }
  if (faulty('outbound-keeps-capabilities-across-tls')) {
    const decided = await transactWithEverythingListed(session, envelope, message);
    await client.quit();
    return recipients.map((recipient) => outcome(recipient, decided));
  }
  const outcomes: Outcome[] = [];
  const terms = termsOf(capabilities, envelope, message, faulty);
  if (!terms.possible) {
    await client.quit();
    return recipients.map((recipient) => ({ recipient, result: 'never', reply: terms.reply }));
  }
  const mail = await client.command(`MAIL FROM:<${terms.envelope.sender}>${terms.parameters}`);
  if (mail.code !== 250) return recipients.map((recipient) => outcome(recipient, mail));
  const accepted: string[] = [];
  for (const [index, recipient] of recipients.entries()) {
    const reply = await client.command(`RCPT TO:<${terms.envelope.recipients[index] ?? recipient}>`);
    if (replyClass(reply) === 2) accepted.push(recipient);
    else outcomes.push(outcome(recipient, reply));
  }
  if (accepted.length > 0) {
    const careless = faulty('outbound-does-not-stuff-dots');
    const decided = await (careless ? unstuffed(client, terms.message) : client.data(terms.message));
    outcomes.push(...accepted.map((recipient) => outcome(recipient, decided)));
  }
  if (faulty('outbound-sends-again-after-odd-quit')) {
    const bye = await client.command('QUIT');
    if (bye.code !== 221) return recipients.map((recipient) => outcome(recipient, { ...bye, code: 451 }));
  }
  await client.quit();
  return outcomes;
}

/** DATA without dot stuffing. */
async function unstuffed(client: SmtpClient, message: Buffer): Promise<SmtpReply> {
  const start = await client.command('DATA');
  if (start.code !== 354) return start;
  client.raw(Buffer.concat([message, line('.')]));
  return client.reply('the reply to the end of data');
}

function outcome(recipient: string, reply: SmtpReply): Outcome {
  const results = { 2: 'taken', 5: 'never' } as const;
  const kind = replyClass(reply);
  return { recipient, result: kind === 2 || kind === 5 ? results[kind] : 'later', reply: reply.text };
}
