import type { Site } from '../site.ts';
import type { ServerConnection } from './connection.ts';

/** Failures on one connection that are answered at full speed (RFC 4954 §9: at least three attempts). */
const FREE_FAILURES = 3;
/** The failure that ends the connection. */
const LAST_FAILURE = 10;

/** A session that counts its failed logins. */
export interface LoginCounter {
  readonly site: Site;
  readonly connection: ServerConnection;
  failedLogins: number;
}

/**
 * Counts a failed login and makes the client wait, the longer the more often it failed
 * (RFC 4954 §9, RFC 9051 §11.7).
 * @returns whether the session is to be ended
 */
export async function throttle(session: LoginCounter): Promise<'go-on' | 'end'> {
  const { site, connection } = session;
  session.failedLogins++;
  if (site.faulty('auth-never-slows-down')) return 'go-on';
  if (session.failedLogins >= LAST_FAILURE) return 'end';
  await connection.pause(site.failureDelayMs * Math.max(0, session.failedLogins - FREE_FAILURES));
  return 'go-on';
}
