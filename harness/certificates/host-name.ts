import { domainToASCII } from 'node:url';

/**
 * Whether a dNSName of a certificate identifies a host (RFC 9525 §6.3): label by label, whatever the case;
 * `*` stands for exactly one label, and only as the complete left-most one.
 * @param presented a dNSName
 * @param host the name by which clients connect, in ASCII or Unicode
 */
export function matchesHostName(presented: string, host: string): boolean {
  const [first = '', ...rest] = labels(presented);
  const [hostFirst = '', ...hostRest] = labels(domainToASCII(host) || host);
  if (hostFirst === '' || rest.length !== hostRest.length) return false;
  if (rest.some((label, index) => label === '' || label.includes('*') || label !== hostRest[index]))
    return false;
  if (first === '*') return rest.length > 0;
  return !first.includes('*') && first === hostFirst;
}

function labels(name: string): string[] {
  return name.toLowerCase().replace(/\.$/, '').split('.');
}
