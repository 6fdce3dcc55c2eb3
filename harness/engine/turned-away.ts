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

/**
 * Answers that put off, at any place of a session: RFC 5321 §4.2.3 and RFC 4954 §6; RFC 2449 §8.1 and
 * RFC 3206 §4; RFC 5530 §3.
 */
const PUT_OFF: Readonly<Record<Protocol, RegExp>> = {
  smtp: /^(421|454)[ -]/m,
  pop3: /^-ERR \[(IN-USE|LOGIN-DELAY|SYS\/TEMP)\]/im,
  imap: /^\S+ (NO|BYE) \[(UNAVAILABLE|INUSE|LIMIT)\]/im,
};
const SHOWN = 160;

/** Another session has the mailbox: RFC 2449 §8.1.1, RFC 5530 §3. */
const IN_USE = /^-ERR \[IN-USE\]|^\S+ NO \[INUSE\]/im;

/** The first sign in a dialogue that the server turned the client away; null where there is none. */
export function turnedAway(events: readonly EvidenceEvent[]): TurnedAway | null {
  const roles = new Map<number, Role>();
  const heard = new Set<number>();
  const spoke = new Set<number>();
  for (const event of events) {
    const { connection } = event;
    if (event.kind === 'connect') {
      const role = ROLE_NAMES.find((name) => name === event.role);
      if (role) roles.set(connection, role);
    }
    const role = roles.get(connection);
    if (role === undefined) continue;
    const { protocol } = ROLES[role];
    if (event.kind === 'send') spoke.add(connection);
    if (event.kind === 'recv') {
      const octets = octetsOf(event);
      const text = octets.toString('latin1');
      const isGreeting = !heard.has(connection) && !spoke.has(connection);
      heard.add(connection);
      if (PUT_OFF[protocol].test(text) || (isGreeting && REFUSED_AT_THE_DOOR[protocol].test(text)))
        return { role, said: visibleExcerpt(octets, SHOWN), isLimit: !IN_USE.test(text) };
    }
    const ended = event.kind === 'tls-failed' || (event.kind === 'close' && event.by === 'server');
    if (ended && !heard.has(connection) && !spoke.has(connection))
      return { role, said: null, isLimit: false };
  }
  return null;
}
