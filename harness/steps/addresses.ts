/** Domain of an address, in lower case, for names of the DNS have no case (RFC 4343). */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
