import { visibleExcerpt } from '../evidence/visible.ts';
import type { Connection, Line } from '../wire/connection.ts';
import { Malformed } from '../wire/failures.ts';

/** The status line of a POP3 reply (RFC 1939 §3), or a `+` challenge of SASL (RFC 5034 §4). */
export interface Pop3Reply {
  /** In upper case, whatever the server wrote; `line` shows what it wrote. */
  readonly status: '+OK' | '-ERR' | '+';
  /** Response code in upper case without brackets, such as `AUTH` or `SYS/PERM` (RFC 2449 §8, RFC 3206). */
  readonly responseCode?: string;
  /** What follows the status indicator, octets as Latin-1; for `+` the challenge in base64. */
  readonly rest: string;
  /** The whole line as received, octets as Latin-1, without terminator. */
  readonly line: string;
  readonly terminator: Line['terminator'];
  /** The line as a person reads it, in visible notation. */
  readonly text: string;
}

/**
 * Reads one status line.
 * @throws Malformed when the line starts with none of `+OK`, `-ERR` and `+`; Silence, ConnectionEnded
 */
export async function readPop3Reply(
  connection: Connection,
  awaited: string,
  withinMs?: number,
): Promise<Pop3Reply> {
  const { bytes, terminator } = await connection.readLine(awaited, withinMs);
  const line = bytes.toString('latin1');
  const parts = /^(\+OK|-ERR|\+)(?:[ \t](.*))?$/is.exec(line);
  const status = parts?.[1]?.toUpperCase();
  if (!parts || (status !== '+OK' && status !== '-ERR' && status !== '+')) {
    throw new Malformed(`Expected ${awaited} as a POP3 reply, found "${visibleExcerpt(bytes, 200)}".`);
  }
  const rest = parts[2] ?? '';
  const responseCode = status === '+' ? undefined : /^\[([^\][\s]+)[^\][]*\]/.exec(rest)?.[1]?.toUpperCase();
  return {
    status,
    ...(responseCode === undefined ? {} : { responseCode }),
    rest,
    line,
    terminator,
    text: visibleExcerpt(bytes, 400),
  };
}

/** The APOP timestamp of a greeting, angle brackets included (RFC 1939 §7); undefined where there is none. */
export function apopTimestamp(greeting: Pop3Reply): string | undefined {
  return greeting.status === '+OK' ? /<[^<>\s]+@[^<>\s]*>/.exec(greeting.rest)?.[0] : undefined;
}

/** The credentials were taken: the user is logged in, or another session has the maildrop (RFC 2449 §8.1.1). */
export function takesCredentials({
  status,
  responseCode,
}: Pick<Pop3Reply, 'status' | 'responseCode'>): boolean {
  return status === '+OK' || responseCode === 'IN-USE';
}
