/** Types of records by number (IANA "DNS parameters"): those that checks look up, and those of DNSSEC. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  TLSA: 52,
  SPF: 99,
  CAA: 257,
} as const;

const NAMES = new Map<number, string>(Object.entries(TYPE).map(([name, number]) => [number, name]));

/** `MX`, or `TYPE65280` for a number without a name here (RFC 3597 §5). */
export function typeName(number: number): string {
  return NAMES.get(number) ?? `TYPE${number}`;
}

/**
 * The number of a type that is given by name.
 * @throws Error for a name that is not known here: a mistake of the caller
 */
export function typeNumber(name: string): number {
  const found = Object.entries(TYPE).find(([known]) => known === name.toUpperCase());
  const numbered = /^TYPE(\d{1,5})$/i.exec(name)?.[1];
  const number = found?.[1] ?? Number(numbered ?? Number.NaN);
  if (Number.isInteger(number) && number > 0 && number <= 0xffff) return number;
  throw new Error(`Records of type ${name} cannot be looked up: the type is not known here.`);
}

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

export const NOERROR = 0;
export const FORMERR = 1;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const NOTIMP = 4;

/** Such as `SERVFAIL`, or `RCODE 16`. */
export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `RCODE ${rcode}`;
}
