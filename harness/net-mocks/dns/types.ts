import { describe, InputError, type Parse, parseString } from '../input/parse.ts';

/** Types that records can be written in, with their numbers (IANA "DNS parameters"). */
const NUMBERS = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const;

const NAMES = new Map<number, string>(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

export const TYPE = NUMBERS;

/** `MX`, or `TYPE65280` for a number without a name here (RFC 3597 5). */
export function typeName(number: number): string {
  return NAMES.get(number) ?? `TYPE${number}`;
}

/** A type by name or as `TYPE` and its number; returns the number. */
export const parseType: Parse<number> = (value, path) => {
  const text = parseString(value, path);
  for (const [name, number] of Object.entries(NUMBERS)) if (name === text.toUpperCase()) return number;
  const numbered = /^TYPE(\d{1,5})$/i.exec(text);
  const number = Number(numbered?.[1] ?? Number.NaN);
  if (Number.isInteger(number) && number > 0 && number <= 65535) return number;
  throw new InputError(
    path,
    `${describe(text)} is not a known record type; write TYPE and its number for others, with a raw value`,
  );
};
