import { isIP } from 'node:net';
import { createSmtpClient, type SmtpClient } from '../../client/smtp.ts';
import { replyClass, type SmtpReply } from '../../client/smtp-reply.ts';
import { createRecorder } from '../../evidence/recorder.ts';
import { openConnection } from '../../wire/connection.ts';
import type { RelayEnvelope } from '../options.ts';
import type { NextHop } from './next-hop.ts';

/** What became of one recipient at one host. */
export interface Outcome {
  readonly recipient: string;
  readonly result: 'taken' | 'later' | 'never';
  /** The reply that decided. */
  readonly reply: string;
}

/** Deadline of one reply: the peers are on this machine. Milliseconds. */
const REPLY_MS = 10_000;

/**
 * Hands a message to a host, inside TLS where the host offers it (RFC 7435); a handshake that fails is
 * followed by an attempt in the clear.
 * @throws WireFailure when the conversation broke
 */
export async function handOver(
  hop: NextHop,
  envelope: RelayEnvelope,
  message: Buffer,
  hostname: string,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const client = await greeted(hop, hostname, signal, true).catch(() =>
    greeted(hop, hostname, signal, false),
  );
  try {
    return await transact(client, envelope, message);
  } finally {
    client.connection.close();
  }
}

async function greeted(
  { endpoint, hostname: peer }: NextHop,
  hostname: string,
  signal: AbortSignal,
  upgrade: boolean,
): Promise<SmtpClient> {
  const connection = await openConnection({
    endpoint,
    role: peer,
    recorder: createRecorder(),
    number: 1,
    replyMs: REPLY_MS,
    signal,
  });
  try {
    const client = await createSmtpClient(connection, hostname);
    const hello = await client.ehlo();
    if (hello.code !== 250) await client.command(`HELO ${hostname}`);
    if (upgrade && client.capabilities?.keywords.has('STARTTLS')) {
      // An address is no server name (RFC 6066 §3).
      const goAhead = await client.startTls(isIP(peer) === 0 ? { serverName: peer } : {});
      if (goAhead.code === 220) await client.ehlo();
    }
    return client;
  } catch (failure) {
    connection.close();
    throw failure;
  }
}

async function transact(
  client: SmtpClient,
  { sender, recipients, smtpUtf8 }: RelayEnvelope,
  message: Buffer,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const utf8 = smtpUtf8 && client.capabilities?.keywords.has('SMTPUTF8') ? ' SMTPUTF8' : '';
  const mail = await client.command(`MAIL FROM:<${sender}>${utf8}`);
  if (mail.code !== 250) return recipients.map((recipient) => outcome(recipient, mail));
  const accepted: string[] = [];
  for (const recipient of recipients) {
    const reply = await client.command(`RCPT TO:<${recipient}>`);
    if (replyClass(reply) === 2) accepted.push(recipient);
    else outcomes.push(outcome(recipient, reply));
  }
  if (accepted.length > 0) {
    const decided = await client.data(message);
    outcomes.push(...accepted.map((recipient) => outcome(recipient, decided)));
  }
  await client.quit();
  return outcomes;
}

function outcome(recipient: string, reply: SmtpReply): Outcome {
  const results = { 2: 'taken', 5: 'never' } as const;
  const kind = replyClass(reply);
  return { recipient, result: kind === 2 || kind === 5 ? results[kind] : 'later', reply: reply.text };
}
