import { Inconclusive, type Services, type SmtpClient, type Target } from '../check/check.ts';
import { isLoopback } from '../wire/loopback-address.ts';
import { reversedAddress } from '../wire/reversed-address.ts';

/** Why nothing can be told about how a target without a lab treats strangers; undefined where nobody says so. */
export function declaredInside({ auditedFrom }: Pick<Target, 'auditedFrom'>): Inconclusive | undefined {
  if (auditedFrom !== 'inside') return undefined;
  return new Inconclusive(
    'environment',
    'The target trusts the address of this machine, as declared (audited-from: inside), so it cannot be seen how it treats strangers.',
  );
}

/**
 * Ends what judges how strangers are treated where the client is none.
 * @throws Inconclusive `environment`
 */
export function assertStranger({ hasLab, lab, target }: Pick<Services, 'hasLab' | 'lab' | 'target'>): void {
  if (hasLab) {
    lab().assertUntrusted();
    return;
  }
  const objection = declaredInside(target);
  if (objection) throw objection;
}

/** Where a client stands, as far as its address tells. */
export interface Standing {
  /** Address that the client has on this machine. */
  readonly client: string;
  readonly server: string;
  /** Why servers often trust such an address (`mynetworks`); undefined where they do not, or where it is declared. */
  readonly trust: string | undefined;
}

/** Looks at both addresses of a connection. Behind address translation the client does not know what the server sees. */
export function standingOf(
  { target }: Pick<Services, 'target'>,
  { connection }: Pick<SmtpClient, 'connection'>,
): Standing {
  const client = withoutPort(connection.localAddress);
  const server = connection.remoteAddress;
  return {
    client,
    server,
    trust: target.auditedFrom === 'outside' ? undefined : trustOf(client, server),
  };
}

/**
 * Why a server may trust a client: both are on one machine or in one network. Behind a private address a client of a
 * public server is translated, and the server sees a stranger.
 * @param client IPv4 or IPv6 address
 */
export function trustOf(client: string, server: string): string | undefined {
  const [one, other] = [plain(client), plain(server)];
  if (one === other) return 'it is the address of the server itself';
  if (isLoopback(one)) return 'it is a loopback address';
  if (isPrivate(one) && isPrivate(other)) return 'it is a private address, as that of the server is';
  if (networkOf(one) === networkOf(other)) return 'it lies in the network of the server';
  return undefined;
}

function withoutPort(address: string): string {
  return /^\[(.+)\]:\d+$/.exec(address)?.[1] ?? address.replace(/:\d+$/, '');
}

/** An IPv4 address that is mapped into IPv6 is one of IPv4 (RFC 4291 §2.5.5.2). */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

/** RFC 1918 §3, RFC 3927 §2.1, RFC 6598 §7, RFC 4193 §3.1, RFC 4291 §2.5.6; loopback counts too. */
function isPrivate(address: string): boolean {
  return (
    isLoopback(address) ||
    /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      address,
    ) ||
    /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(address)
  );
}

/** The first 24 bits of IPv4, the first 64 of IPv6. */
function networkOf(address: string): string {
  return address.includes(':')
    ? reversedAddress(address.replace(/%.*$/, '')).split('.').slice(16).join('.')
    : address.split('.').slice(0, 3).join('.');
}
