import type { Ending } from '../wire/connection.ts';
import type { Endpoint } from '../wire/listen.ts';
import type { TlsFacts } from '../wire/tls-handshake.ts';
import type { Channel, TranscriptEvent } from '../wire/transcript.ts';

/** The argument of MAIL or RCPT. */
export interface EnvelopePath {
  /** As sent, without the command word. */
  argument: string;
  /** What stood between the angle brackets; empty for the null reverse-path. */
  address: string;
  parameters: { keyword: string; value: string | null }[];
}

export interface Envelope {
  from: EnvelopePath;
  /** Accepted recipients only. */
  to: EnvelopePath[];
}

/** A message that was transferred to its end, whatever was then replied. */
export interface ReceivedMessage {
  /** ISO 8601. */
  time: string;
  /** Name of the server; where it came by a relay host, of the server that the recipients belong to. */
  server: string;
  /** Name of the relay host by which it came; null where it came to the server itself. */
  via: string | null;
  /** Number of the session. */
  session: number;
  client: Endpoint;
  /** Null when it came in plaintext. */
  tls: TlsFacts | null;
  /** The name given in the last EHLO or HELO. */
  hello: string;
  envelope: Envelope;
  transfer: 'DATA' | 'BDAT';
  /** Exactly as sent: after the go-ahead up to the line with the final dot, exclusive; dots still stuffed. */
  received: Buffer;
  /** The message itself: dots unstuffed (RFC 5321 4.5.2); for BDAT the same as `received`. */
  content: Buffer;
  /** Sizes of the BDAT chunks. */
  chunks: number[];
  /** The code with which it was answered; null when no answer was sent. */
  code: number | null;
}

/** Credentials that a client tried, without the credentials. */
export interface AuthenticationAttempt {
  mechanism: string;
  channel: Channel;
  /** Sent together with the command (RFC 4954 4). */
  initialResponse: boolean;
  /** Decoded octets of each response. */
  responseOctets: number[];
  /** Only where the server was told to keep them; decoded. */
  responses: Buffer[] | null;
  /** The code that ended the exchange; null when none was sent. */
  code: number | null;
}

export interface SmtpCommand {
  verb: string;
  /** AUTH: only the mechanism. */
  argument: string;
  channel: Channel;
  /** The code of the reply; null when none was sent. */
  code: number | null;
  /** RCPT at a relay host: name of the server that the recipient belongs to. */
  forServer?: string;
}

export interface SmtpSession {
  server: string;
  client: Endpoint;
  /** The address and port the client connected to. */
  local: Endpoint;
  /** ISO 8601. */
  startedAt: string;
  /** Null while the connection lives. */
  ending: Ending | null;
  commands: SmtpCommand[];
  /** Names from EHLO and HELO, in order. */
  helloPlain: string[];
  helloTls: string[];
  tls: TlsFacts | null;
  /** What the client sent after STARTTLS and before its ClientHello: nothing, if it waits as it should. */
  betweenStarttlsAndHello: Buffer;
  authentications: AuthenticationAttempt[];
  /** Numbers of the messages that came over this connection. */
  messages: number[];
  /** Content of a message whose end never came. */
  unfinishedContent: Buffer | null;
  /** At a relay host: names of the servers whose recipients were named. */
  forServers: string[];
  /** Oddities in what the client sent, as sentences. */
  anomalies: string[];
  /** Everything that went over the connection. */
  events: TranscriptEvent[];
}

export interface MessageFilter {
  /** Name of the server. */
  server?: string;
  /** A text that an accepted recipient holds, whatever the case. */
  recipient?: string;
  /** A text that the reverse-path holds, whatever the case. */
  sender?: string;
  /** Only messages that were answered with 2xx. */
  accepted?: boolean;
}

export function matchesMessage(message: ReceivedMessage, filter: MessageFilter): boolean {
  const holds = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());
  const { server, recipient, sender, accepted } = filter;
  return (
    (server === undefined || message.server === server) &&
    (recipient === undefined || message.envelope.to.some((path) => holds(path.address, recipient))) &&
    (sender === undefined || holds(message.envelope.from.address, sender)) &&
    (accepted === undefined ||
      (message.code !== null && message.code >= 200 && message.code < 300) === accepted)
  );
}

export interface SessionFilter {
  /** Name of the server; conversations of a relay host about its recipients count too. */
  server?: string;
  /** Address of the client. */
  client?: string;
  /** Only connections that are over. */
  ended?: boolean;
  /** A text in the argument of any command, whatever the case: a token in an address, for instance. */
  mentions?: string;
}

export function matchesSession(session: SmtpSession, filter: SessionFilter): boolean {
  const { server, client, ended, mentions } = filter;
  return (
    (server === undefined || session.server === server || session.forServers.includes(server)) &&
    (client === undefined || session.client.address === client) &&
    (ended === undefined || (session.ending !== null) === ended) &&
    (mentions === undefined ||
      session.commands.some((command) => command.argument.toLowerCase().includes(mentions.toLowerCase())))
  );
}
