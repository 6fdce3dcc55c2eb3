import type { ServerConnection } from '../session/connection.ts';
import type { Site } from '../site.ts';
import type { Mechanism } from './exchange.ts';
import { LOGIN, PLAIN } from './password.ts';

const MECHANISMS: readonly Mechanism[] = [PLAIN, LOGIN];

/** The mechanisms of these names, in the order given. */
export function mechanismsNamed(names: readonly string[]): readonly Mechanism[] {
  return names.flatMap((name) => MECHANISMS.filter((mechanism) => mechanism.name === name));
}

/** What the site offers inside TLS, the strongest first; the same on SMTP, POP3 and IMAP. */
export function mechanismsInsideTls({
  site,
}: {
  site: Site;
  connection: ServerConnection;
}): readonly Mechanism[] {
  if (site.faulty('auth-offers-only-plain')) return mechanismsNamed(['PLAIN', 'LOGIN']);
  return mechanismsNamed(['PLAIN', 'LOGIN']);
}
