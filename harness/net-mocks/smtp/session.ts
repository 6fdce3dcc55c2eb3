import type { TlsOptions } from 'node:tls';
import type { Entry } from '../journal/journal.ts';
import { readClientHello } from '../wire/client-hello.ts';
import type { Connection } from '../wire/connection.ts';
import { mask, smtpSecrets } from '../wire/credentials.ts';
import { CRLF } from '../wire/crlf.ts';
import { pause } from '../wire/pause.ts';
import { noHandshake } from '../wire/tls-handshake.ts';
import { answerOf, unofferedServerHello } from '../wire/unoffered-suite.ts';
import type { SmtpCommand, SmtpSession } from './capture.ts';
import type { Destination, Records } from './on-behalf.ts';
import type { SmtpServerSettings } from './options.ts';
import { type Occasion, type Reply, type RuleSettings, type SmtpStage, writeReply } from './rules.ts';

/** Whether the conversation goes on after a step. */
export type Step = 'on' | 'over';

/** What the handlers of the commands share. */
export interface Session {
  readonly settings: SmtpServerSettings;
  readonly connection: Connection;
  readonly record: Entry<SmtpSession>;
  /** Where the session and its messages are written down. */
  records: Records;
  readonly rule: (occasion: Occasion) => RuleSettings | undefined;
  readonly tlsOptions: TlsOptions | undefined;
  /** Of a relay host: whom the mail of a recipient is for. */
  readonly destinationOf: ((address: string) => Destination) | undefined;
  /** Why a recipient is none of ours, whatever the script says. */
  readonly admits: ((address: string) => Reply | undefined) | undefined;
  /** Logged in on this channel. */
  authenticated: boolean;
  /** The name of the last EHLO or HELO on this channel; null before. */
  hello: string | null;
}

/** The keyword lines listed on the present channel. */
export function extensionsOf(session: Session): string[] {
  const { extensions } = session.settings;
  return session.connection.channel === 'tls' ? extensions.tls : extensions.plain;
}

/** The words after a keyword; undefined when the extension is not listed. */
export function extension(session: Session, keyword: string): string[] | undefined {
  for (const line of extensionsOf(session)) {
    const [word, ...values] = line.split(/[ =]+/);
    if (word?.toUpperCase() === keyword) return values;
  }
  return undefined;
}

export function ruleFor(
  session: Session,
  stage: SmtpStage,
  texts: readonly string[] = [],
  octets?: number,
): RuleSettings | undefined {
  const { channel } = session.connection;
  return session.rule({ stage, texts, channel, ...(octets === undefined ? {} : { octets }) });
}

/** Sends the ordinary reply or what the rule says instead, and does what the rule wants done afterwards. */
export async function respond(
  session: Session,
  ordinary: Reply,
  rule: RuleSettings | undefined,
  command?: SmtpCommand,
): Promise<{ step: Step; code: number }> {
  const { connection } = session;
  if (rule !== undefined) await pause(rule.delayMs, connection.signal);
  const reply = rule?.reply ?? ordinary;
  const bytes = Buffer.concat([reply.bytes ?? Buffer.alloc(0), rule?.append ?? Buffer.alloc(0)]);
  if (command !== undefined) command.code = reply.bytes === null ? null : reply.code;
  for (const piece of pieces(bytes, rule)) {
    connection.write(piece);
    if (rule?.drip !== undefined) await pause(rule.drip.everyMs, connection.signal);
  }
  const step = await leave(session, rule?.afterwards);
  return { step: connection.ending === null ? step : 'over', code: reply.code };
}

function pieces(bytes: Buffer, rule: RuleSettings | undefined): Buffer[] {
  if (rule?.drip === undefined) return [bytes];
  const { octets } = rule.drip;
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(CRLF, at);
    const end = octets === undefined ? (lineEnd < 0 ? bytes.length : lineEnd + CRLF.length) : at + octets;
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

/** Ends the connection in the given way and waits until it is gone. */
export async function leave(session: Session, how: RuleSettings['afterwards']): Promise<Step> {
  const { connection } = session;
  if (how === undefined) return 'on';
  if (how === 'reset') connection.reset();
  if (how === 'close') connection.end();
  if (how === 'silence') await keepSilent(session);
  await connection.gone;
  return 'over';
}

/** Takes what comes and answers nothing until the client gives up. */
async function keepSilent(session: Session): Promise<void> {
  const { connection, record } = session;
  connection.transcript.mark('silent from here on');
  const isAuthenticating = record.authentications.some((attempt) => attempt.code === null);
  for (;;) {
    const some = await connection.input.readSome();
    if (some === null) break;
    hideRecorded(session, some, isAuthenticating);
  }
  connection.destroy();
}

/** Overwrites secrets in octets that ended at the present position of the input and were recorded. */
export function hideRecorded(session: Session, octets: Buffer, wholly = false): Buffer {
  const { connection } = session;
  const spans = wholly ? [{ from: 0, to: octets.length }] : smtpSecrets(octets);
  const begin = connection.input.position - octets.length;
  if (!session.settings.keepCredentials)
    for (const { from, to } of spans)
      connection.transcript.redactReceived(connection.channel, begin + from, begin + to);
  return session.settings.keepCredentials ? octets : mask(octets, spans);
}

/** What the peer means to fail with, once each. */
const GARBAGE = Buffer.from(`this is not TLS${CRLF}`);
/** Record type alert, TLS 1.2, fatal (2), handshake_failure (40): RFC 8446 6. */
const FATAL_ALERT = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

/** Reads the ClientHello and completes the handshake, or breaks it as the script says. */
export async function shakeHands(session: Session): Promise<Step> {
  const { connection, record, tlsOptions } = session;
  const begin = connection.input.position;
  const { before, hello } = await connection.readHello();
  record.betweenStarttlsAndHello = mask(before, session.settings.keepCredentials ? [] : smtpSecrets(before));
  if (!session.settings.keepCredentials)
    for (const { from, to } of smtpSecrets(before))
      connection.transcript.redactReceived('plain', begin + from, begin + to);
  if (before.length > 0)
    record.anomalies.push(`${before.length} octets came between STARTTLS and ClientHello`);
  if (hello === null || tlsOptions === undefined) {
    record.tls = noHandshake(null, 'NO_CLIENT_HELLO', 'the client sent no ClientHello');
    connection.end();
    await connection.gone;
    return 'over';
  }

  const rule = ruleFor(session, 'handshake');
  await pause(rule?.delayMs ?? 0, connection.signal);
  if (rule?.handshake !== undefined) {
    record.tls = noHandshake(readClientHello(hello), 'BROKEN_ON_PURPOSE', `handshake: ${rule.handshake}`);
    if (rule.handshake === 'garbage') connection.write(GARBAGE);
    if (rule.handshake === 'alert') connection.write(FATAL_ALERT);
    const offer = record.tls.clientHello;
    if (rule.handshake === 'unoffered-suite' && offer) {
      connection.write(unofferedServerHello(offer));
      record.tls.clientAnswer = await answerOf(connection);
    }
    const ending = rule.handshake === 'reset' || rule.handshake === 'silence' ? rule.handshake : 'close';
    return leave(session, ending);
  }
  record.tls = await connection.startTls(tlsOptions, hello);
  if (!record.tls.established) return 'over';
  // RFC 3207 4.2: what was said before is forgotten.
  session.hello = null;
  session.authenticated = false;
  return leave(session, rule?.afterwards);
}

export const reply = {
  ok: writeReply(250, ['2.0.0 OK']),
  badSequence: writeReply(503, ['5.5.1 Bad sequence of commands']),
  badSyntax: writeReply(501, ['5.5.4 Syntax error in parameters']),
  unknownCommand: writeReply(500, ['5.5.1 Command not recognised']),
  notImplemented: writeReply(502, ['5.5.1 Command not implemented']),
  unknownParameter: writeReply(555, ['5.5.4 Parameter not recognised']),
  loginNeeded: writeReply(530, ['5.7.0 Authentication required']),
  tlsNeeded: writeReply(530, ['5.7.0 Must issue a STARTTLS command first']),
  badCredentials: writeReply(535, ['5.7.8 Authentication credentials invalid']),
  tooBig: writeReply(552, ['5.3.4 Message exceeds the size limit']),
};
