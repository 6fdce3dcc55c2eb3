import type { SaslMechanism } from './mechanism.ts';

/** A bearer token of OAuth 2.0 (RFC 6750) and whose it is. */
export interface BearerCredentials {
  readonly login: string;
  readonly token: string;
}

/** Separator of the key-value pairs (RFC 7628 §3.1). */
const SEPARATOR = '\x01';

/**
 * OAUTHBEARER (RFC 7628 §3.1). The challenge that describes an error is answered by the dummy message
 * of §3.2.3, after which the server must fail the exchange.
 */
export function oauthBearer({
  login,
  token,
  host,
  port,
}: BearerCredentials & { readonly host?: string; readonly port?: number }): SaslMechanism {
  const pairs = [
    `n,a=${login.replaceAll('=', '=3D').replaceAll(',', '=2C')},`,
    ...(host === undefined ? [] : [`host=${host}`]),
    ...(port === undefined ? [] : [`port=${port}`]),
    `auth=Bearer ${token}`,
  ];
  return tokenMechanism('OAUTHBEARER', pairs, token, SEPARATOR);
}

/** XOAUTH2, the older form without GS2 header; an error is answered by an empty message. */
export function xoauth2({ login, token }: BearerCredentials): SaslMechanism {
  return tokenMechanism('XOAUTH2', [`user=${login}`, `auth=Bearer ${token}`], token, '');
}

function tokenMechanism(
  name: string,
  pairs: readonly string[],
  token: string,
  answerToError: string,
): SaslMechanism {
  const messages = [pairs.map((pair) => `${pair}${SEPARATOR}`).join('') + SEPARATOR, answerToError].values();
  return {
    name,
    clientFirst: true,
    respond() {
      const next = messages.next();
      return next.done ? 'cancel' : { bytes: Buffer.from(next.value), secrets: [Buffer.from(token)] };
    },
  };
}
