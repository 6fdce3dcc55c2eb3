import type { SmtpServerOptions } from 'net-mocks';
import type { SmarthostClaim } from '../model/smarthost-claim.ts';
import { SMARTHOST, SMARTHOST_NAME, SMARTHOST_USER } from './names.ts';

/** Without CHUNKING, so that mail comes by DATA, where dots matter. */
const EXTENSIONS = ['PIPELINING', 'SIZE 33554432', '8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES'];

/**
 * The relay host of a target as the lab plays it: it takes everything for which the DNS of the lab knows a server,
 * after the login where one is claimed.
 * @param place port 0 is any free one
 * @param password undefined where the host asks for no login
 */
export function smarthostServer(
  { tls }: SmarthostClaim,
  place: { readonly address: string; readonly port: number },
  password: string | undefined,
): SmtpServerOptions {
  const inside = [...EXTENSIONS, ...(password === undefined ? [] : ['AUTH PLAIN LOGIN'])];
  return {
    name: SMARTHOST,
    hostname: SMARTHOST_NAME,
    relayHost: true,
    extensions: { plain: tls === 'starttls' ? [...EXTENSIONS, 'STARTTLS'] : inside, tls: inside },
    ...place,
    ...(tls === 'none' ? {} : { tls: { mode: tls } }),
    ...(password === undefined ? {} : { login: { user: SMARTHOST_USER, password } }),
  };
}
