import type { EvidenceEvent } from '../evidence/events.ts';
import { octetsOf } from '../evidence/octets.ts';
import { visibleExcerpt } from '../evidence/visible.ts';
import { type Protocol, ROLE_NAMES, ROLES, type Role } from '../model/roles.ts';

/** A server turned a client away that came too often, with too many, or at a moment when it could not serve it. */
export interface TurnedAway {
  readonly role: Role;
  /** What it said, in visible notation; null where it closed the connection without a word. */
  readonly said: string | null;
  /** It says so about how many come, or how often; else that somebody else has what the client wants. */
  readonly isLimit: boolean;
}

/** Greetings that refuse: RFC 5321 §3.1 and §4.2.1, RFC 1939 §4, RFC 3501 §7.1.5. */
const REFUSED_AT_THE_DOOR: Readonly<Record<Protocol, RegExp>> = {
  smtp: /^4\d\d[ -]/,
  pop3: /^-ERR/,
  imap: /^\* BYE/i,
};

/** Answers that put off, at any place of a session: RFC 2449 §8.1 and RFC 3206 §4; RFC 5530 §3. */
const PUT_OFF: Readonly<Record<Exclude<Protocol, 'smtp'>, RegExp>> = {
  pop3: /^-ERR \[(IN-USE|LOGIN-DELAY|SYS\/TEMP)\]/im,
  imap: /^\S+ (NO|BYE) \[(UNAVAILABLE|INUSE|LIMIT)\]/im,
};

/** 421 comes at any time (RFC 5321 §4.2.3), 454 says of AUTH that it cannot be judged now (RFC 4954 §6). */
const PUT_OFF_BY_SMTP = { closing: /^421[ -]/m, login: /^454[ -]/m };
const COMMAND = /^(EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA|BDAT|RSET|NOOP|VRFY|EXPN|HELP|ETRN|QUIT)\b/i;
/** Commands whose octets a server may dislike so much that it ends the session: that says nothing of how many come. */
const CARRIES_CONTENT: readonly (string | undefined)[] = ['DATA', 'BDAT'];
const SHOWN = 160;

/** Another session has the mailbox: RFC 2449 §8.1.1, RFC 5530 §3. */
const IN_USE = /^-ERR \[IN-USE\]|^\S+ NO \[INUSE\]/im;

/** The first sign in a dialogue that the server turned the client away; null where there is none. */
export function turnedAway(events: readonly EvidenceEvent[]): TurnedAway | null {
  const roles = new Map<number, Role>();
  const heard = new Set<number>();
  const spoke = new Set<number>();
  const commands = new Map<number, string>();
  for (const event of events) {
    const { connection } = event;
    if (event.kind === 'connect') {
      const role = ROLE_NAMES.find((name) => name === event.role);
      if (role) roles.set(connection, role);
    }
    const role = roles.get(connection);
    if (role === undefined) continue;
    const { protocol } = ROLES[role];
    if (event.kind === 'send') {
      spoke.add(connection);
      const command = COMMAND.exec(octetsOf(event).toString('latin1'))?.[1]?.toUpperCase();
      // Lines of a message may look like commands.
      if (command !== undefined && commands.get(connection) !== 'DATA') commands.set(connection, command);
    }
    if (event.kind === 'recv') {
      const octets = octetsOf(event);
      const text = octets.toString('latin1');
      const isGreeting = !heard.has(connection) && !spoke.has(connection);
      heard.add(connection);
      const command = commands.get(connection);
      if (putsOff(protocol, text, command) || (isGreeting && REFUSED_AT_THE_DOOR[protocol].test(text)))
        return { role, said: visibleExcerpt(octets, SHOWN), isLimit: !IN_USE.test(text) };
      if (command === 'DATA' && !text.startsWith('354')) commands.delete(connection);
    }
    const ended = event.kind === 'tls-failed' || (event.kind === 'close' && event.by === 'server');
    if (ended && !heard.has(connection) && !spoke.has(connection))
      return { role, said: null, isLimit: false };
  }
  return null;
}

/** @param command the last command of SMTP; undefined before the first one */
function putsOff(protocol: Protocol, text: string, command: string | undefined): boolean {
  if (protocol !== 'smtp') return PUT_OFF[protocol].test(text);
  if (PUT_OFF_BY_SMTP.login.test(text)) return command === 'AUTH';
  return PUT_OFF_BY_SMTP.closing.test(text) && !CARRIES_CONTENT.includes(command);
}
