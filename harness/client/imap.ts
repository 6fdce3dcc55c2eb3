import type { Connection } from '../wire/connection.ts';
import { Malformed } from '../wire/failures.ts';
import type { TlsOptions } from '../wire/tls.ts';
import { type Answer, answerOf } from './answer.ts';
import { commandWord } from './command-word.ts';
import { announcedCapabilities } from './imap-capabilities.ts';
import { flights, type ImapCommand, imapString, quotedContent } from './imap-command.ts';
import {
  type ImapMailbox,
  type ImapMessage,
  type ImapSelected,
  readFound,
  readMailboxes,
  readSelected,
  readUids,
  readWhole,
} from './imap-mailbox.ts';
import {
  type ImapContinuation,
  type ImapResponse,
  type ImapTagged,
  type ImapUntagged,
  readImapResponse,
} from './imap-response.ts';

export type { ImapCommand, ImapLiteral } from './imap-command.ts';
export type { ImapMailbox, ImapMessage, ImapSelected } from './imap-mailbox.ts';
export type { ImapContinuation, ImapResponse, ImapTagged, ImapUntagged } from './imap-response.ts';
export type { ImapValue } from './imap-values.ts';

/** What ended a command, and what came before. */
export interface ImapReply {
  /** `+` where the server asks for more than the script sent. */
  readonly status: ImapTagged['status'] | '+';
  /** Name of the response code in upper case, such as `PRIVACYREQUIRED`. */
  readonly code: string | undefined;
  readonly codeArguments: string;
  /** The text for people after status and code; for `+` what follows it: a challenge in base64. */
  readonly message: string;
  /** The tagged or `+` line as a person reads it, in visible notation. */
  readonly text: string;
  /** The tagged or `+` line as received, octets as Latin-1. */
  readonly line: string;
  /** Untagged responses since the command was sent, in order. */
  readonly untagged: readonly ImapUntagged[];
  /** Responses with a tag that this command did not have. */
  readonly foreign: readonly ImapTagged[];
}

export interface ImapGreeting {
  readonly status: 'OK' | 'PREAUTH' | 'BYE';
  /** Capabilities of the CAPABILITY code, upper case; undefined where the greeting has none. */
  readonly capabilities: ReadonlySet<string> | undefined;
  readonly code: string | undefined;
  readonly text: string;
  readonly line: string;
}

export interface ImapCommandOptions {
  /** Parts to be redacted in the record. */
  readonly secrets?: readonly Uint8Array[];
  /** Another tag than the next one of the client. */
  readonly tag?: string;
  /** Another deadline than the default one, for every response. */
  readonly withinMs?: number;
}

/** A scripted IMAP client: it sends what it is told and reads what comes (RFC 9051, 3501). */
export interface ImapClient {
  readonly connection: Connection;
  /** The greeting, read when the client was made. */
  readonly greeting: ImapGreeting;
  /**
   * What the server announced last, upper case: in the greeting, a CAPABILITY response or a response
   * code; undefined before that, after TLS began and after a login that announced nothing.
   */
  readonly capabilities: ReadonlySet<string> | undefined;
  /**
   * Sends one command and reads up to its tagged response, or up to a `+` that the command did not
   * provide for.
   * @throws Silence, ConnectionEnded, Malformed
   */
  command(command: ImapCommand, options?: ImapCommandOptions): Promise<ImapReply>;
  /** As `command`, with an end of the connection and silence as data. */
  attempt(command: ImapCommand, options?: ImapCommandOptions): Promise<Answer<ImapReply>>;
  /** CAPABILITY; the client's `capabilities` are what it announced. */
  capability(): Promise<ImapReply>;
  /** STARTTLS and, after an OK, the handshake; returns the reply either way (RFC 9051 §6.2.1). */
  startTls(options?: TlsOptions): Promise<ImapReply>;
  /** LOGIN with quoted strings, or literals where the octets demand it. The password is redacted. */
  login(login: string, password: string): Promise<ImapReply>;

  /** Sends one line, with a tag in front, and returns the tag. An empty tag sends the text alone. */
  send(text: string, options?: { readonly tag?: string; readonly secrets?: readonly Uint8Array[] }): string;
  /** Octets as they are, in one segment. */
  raw(bytes: Buffer, secrets?: readonly Uint8Array[]): void;
  /** The next response, whatever it is. */
  next(awaited: string, withinMs?: number): Promise<ImapResponse>;
  /** Reads up to the response with this tag, or up to a `+`. */
  reply(tag: string, awaited: string, withinMs?: number): Promise<ImapReply>;

  /** LIST of all mailboxes that the account sees. */
  listMailboxes(): Promise<{ readonly reply: ImapReply; readonly mailboxes: readonly ImapMailbox[] }>;
  /** SELECT, or EXAMINE where `readOnly`. `name` is sent as it is, without modified UTF-7. */
  select(
    name: string,
    options?: { readonly readOnly?: boolean },
  ): Promise<{ readonly reply: ImapReply; readonly selected: ImapSelected | undefined }>;
  /**
   * The messages of the selected mailbox, in order, one FETCH each, without marking them as seen. A
   * message that vanishes meanwhile is left out.
   * @throws Malformed when the server refuses to list or to hand out a message
   */
  fetchAll(): AsyncGenerator<ImapMessage, void>;
  /**
   * UID SEARCH in the selected mailbox, which is told of new messages first (RFC 9051 §6.4.4); the UIDs,
   * ascending.
   * @param criteria search keys as they are sent
   * @throws Malformed when the server refuses to search
   */
  search(criteria: string): Promise<readonly number[]>;
  /**
   * One message of the selected mailbox, without marking it as seen; undefined where it is gone.
   * @throws Malformed when the server refuses to hand it out
   */
  fetch(uid: number): Promise<ImapMessage | undefined>;
  /** LOGOUT, its responses if there are any, and the end of the connection. */
  logout(): Promise<void>;
}

/**
 * A client on an open connection; reads the greeting, which may be BYE.
 * @throws Silence, ConnectionEnded, Malformed when no greeting comes
 */
export async function createImapClient(connection: Connection): Promise<ImapClient> {
  const greeting = greetingOf(await readImapResponse(connection, 'the IMAP greeting'));
  let capabilities = greeting.capabilities;
  let commands = 0;
  /** Messages in the selected mailbox, as told so far. */
  let exists: number | undefined;

  const nextTag = () => {
    commands += 1;
    return `m${commands}`;
  };

  async function next(awaited: string, withinMs?: number): Promise<ImapResponse> {
    const response = await readImapResponse(connection, awaited, withinMs);
    capabilities = announcedCapabilities(response) ?? capabilities;
    if (response.kind === 'untagged' && response.label === 'EXISTS') exists = response.number;
    if (response.kind === 'untagged' && response.label === 'EXPUNGE' && exists) exists -= 1;
    return response;
  }

  async function reply(tag: string, awaited: string, withinMs?: number): Promise<ImapReply> {
    const untagged: ImapUntagged[] = [];
    const foreign: ImapTagged[] = [];
    for (;;) {
      const response = await next(awaited, withinMs);
      if (response.kind === 'untagged') untagged.push(response);
      else if (response.kind === 'tagged' && response.tag !== tag) foreign.push(response);
      else return replyOf(response, untagged, foreign);
    }
  }

  async function command(
    text: ImapCommand,
    { secrets = [], tag = nextTag(), withinMs }: ImapCommandOptions = {},
  ): Promise<ImapReply> {
    const awaited = `the reply to ${firstWord(text)}`;
    const untagged: ImapUntagged[] = [];
    const foreign: ImapTagged[] = [];
    for (const flight of flights(tag, text)) {
      connection.send(flight.bytes, secrets);
      const answer = await reply(tag, awaited, withinMs);
      untagged.push(...answer.untagged);
      foreign.push(...answer.foreign);
      if (!flight.awaitsContinuation || answer.status !== '+') return { ...answer, untagged, foreign };
    }
    throw new Error('An IMAP command must end in a flight that awaits its tagged response.');
  }

  async function fetch(uid: number): Promise<ImapMessage | undefined> {
    const fetched = await command(`UID FETCH ${uid} (UID FLAGS BODY.PEEK[])`);
    return readWhole(uid, demandOk(fetched, `the message with UID ${uid}`).untagged);
  }

  const client: ImapClient = {
    connection,
    greeting,
    get capabilities() {
      return capabilities;
    },
    command,
    attempt: (text, options) => answerOf(command(text, options)),
    capability: () => command('CAPABILITY'),
    async startTls(options) {
      const answer = await command('STARTTLS');
      if (answer.status === 'OK') {
        await connection.startTls(options);
        capabilities = undefined;
      }
      return answer;
    },
    async login(login, password) {
      const before = capabilities;
      const answer = await command(['LOGIN ', imapString(login), ' ', imapString(password)], {
        secrets: [Buffer.from(password), Buffer.from(quotedContent(password))],
      });
      // RFC 9051 §6.2.3: what was announced before a login need not hold after it.
      if (answer.status === 'OK' && capabilities === before) capabilities = undefined;
      return answer;
    },
    send(text, { tag = nextTag(), secrets = [] } = {}) {
      const [flight] = flights(tag, text);
      if (flight) connection.send(tag === '' ? flight.bytes.subarray(1) : flight.bytes, secrets);
      return tag;
    },
    raw: (bytes, secrets) => connection.send(bytes, secrets),
    next,
    reply,
    async listMailboxes() {
      const answer = await command('LIST "" "*"');
      return { reply: answer, mailboxes: readMailboxes(answer.untagged) };
    },
    async select(name, { readOnly = false } = {}) {
      const answer = await command([readOnly ? 'EXAMINE ' : 'SELECT ', imapString(name)]);
      return {
        reply: answer,
        selected: answer.status === 'OK' ? readSelected(answer.code, answer.untagged) : undefined,
      };
    },
    async *fetchAll() {
      // NOOP tells of messages that came or went since; `1:*` in an empty mailbox may be refused.
      await command('NOOP');
      if (exists === 0) return;
      const listed = await command('UID FETCH 1:* (UID)');
      for (const uid of readUids(demandOk(listed, 'the UIDs of a mailbox').untagged)) {
        const message = await fetch(uid);
        if (message) yield message;
      }
    },
    async search(criteria) {
      await command('NOOP');
      const answer = demandOk(await command(`UID SEARCH ${criteria}`), 'the result of a search');
      return readFound(answer.untagged);
    },
    fetch,
    async logout() {
      if (!connection.ended) await answerOf(command('LOGOUT')).catch(() => undefined);
      connection.close();
    },
  };
  return client;
}

function greetingOf(response: ImapResponse): ImapGreeting {
  if (response.kind === 'untagged' && response.number === undefined) {
    const { label, code, text, line } = response;
    if (label === 'OK' || label === 'PREAUTH' || label === 'BYE')
      return { status: label, capabilities: announcedCapabilities(response), code, text, line };
  }
  throw new Malformed(`Expected the IMAP greeting as untagged OK, PREAUTH or BYE, found "${response.text}".`);
}

function replyOf(
  ending: ImapTagged | ImapContinuation,
  untagged: readonly ImapUntagged[],
  foreign: readonly ImapTagged[],
): ImapReply {
  const { status, text, line } = ending;
  const condition =
    ending.kind === 'tagged'
      ? { code: ending.code, codeArguments: ending.codeArguments, message: ending.message }
      : { code: undefined, codeArguments: '', message: ending.rest };
  return { status, ...condition, text, line, untagged, foreign };
}

function demandOk(reply: ImapReply, what: string): ImapReply {
  if (reply.status === 'OK') return reply;
  throw new Malformed(`Expected ${what} with OK, found "${reply.text}".`);
}

function firstWord(command: ImapCommand): string {
  const first = typeof command === 'string' ? command : command[0];
  return commandWord(typeof first === 'string' ? first : '');
}
