/**
 * An address as its names in the DNS begin, in `in-addr.arpa` and in lists of addresses: octets, or the 32 nibbles of
 * IPv6, the last one first (RFC 1035 §3.5, RFC 3596 §2.5, RFC 5782 §2.1, §2.4).
 * @param address without a zone; no IPv4 in dotted form inside IPv6
 */
export function reversedAddress(address: string): string {
  const parts = address.includes(':') ? [...nibbles(address)] : address.split('.');
  return parts.reverse().join('.');
}

function nibbles(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const first = groups(head);
  const last = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...(tail === undefined ? [] : zeros), ...last]
    .map((group) => group.padStart(4, '0'))
    .join('');
}
