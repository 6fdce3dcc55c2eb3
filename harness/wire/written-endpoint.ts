import { isIPv6 } from 'node:net';

/** `192.0.2.25:25`, `mail.example.test:25`, or `[2001:db8::25]:25` (RFC 3986, section 3.2.2). */
export function writtenEndpoint({ host, port }: { readonly host: string; readonly port: number }): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
