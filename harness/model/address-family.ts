/** IPv4 and IPv6, as people write them. */
export type AddressFamily = 'IPv4' | 'IPv6';

/** The family of an address; nothing else has colons. */
export function familyOf(address: string): AddressFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
