import { isIPv6 } from 'node:net';

/** What stands after MAIL FROM: or RCPT TO: (RFC 5321 §4.1.2). */
export interface PathArgument {
  /** Mailbox without brackets and source route; empty for `<>`. */
  readonly address: string;
  readonly parameters: ReadonlyMap<string, string | undefined>;
}

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\u{10ffff}-]";
const DOT_STRING = `${ATEXT}+(?:\\.${ATEXT}+)*`;
const QUOTED_STRING = '"(?:[ !#-\\[\\]-~\\u0080-\\u{10ffff}]|\\\\[ -~])*"';
const LABEL =
  '[A-Za-z0-9\\u0080-\\u{10ffff}](?:[A-Za-z0-9\\u0080-\\u{10ffff}-]*[A-Za-z0-9\\u0080-\\u{10ffff}])?';
const DOMAIN = `${LABEL}(?:\\.${LABEL})*`;
const LITERAL = '\\[[!-Z^-~]+\\]';
const MAILBOX = `(?:${DOT_STRING}|${QUOTED_STRING})@(?:${DOMAIN}|${LITERAL})`;
const SOURCE_ROUTE = `@${DOMAIN}(?:,@${DOMAIN})*:`;
const PATH = new RegExp(`^<(?:${SOURCE_ROUTE})?(${MAILBOX}|[Pp][Oo][Ss][Tt][Mm][Aa][Ss][Tt][Ee][Rr])?>`, 'u');
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\u{10ffff}]+))?$/u;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Reads a path and the parameters after it. Undefined where the grammar is broken: no brackets, a
 * second @, spaces, empty labels, literals that are no address, parameters that are no parameters.
 */
export function parsePath(text: string): PathArgument | undefined {
  const match = PATH.exec(text);
  if (!match) return undefined;
  const address = match[1] ?? '';
  if (address.length > 254 || !isLiteralValid(address)) return undefined;
  if (address === '' && match[0] !== '<>') return undefined;
  const rest = text.slice(match[0].length).trimEnd();
  if (rest !== '' && !rest.startsWith(' ')) return undefined;
  const parameters = new Map<string, string | undefined>();
  for (const word of rest.split(' ').filter((part) => part !== '')) {
    const parameter = PARAMETER.exec(word);
    const keyword = parameter?.[1]?.toUpperCase();
    if (keyword === undefined || parameters.has(keyword)) return undefined;
    parameters.set(keyword, parameter?.[2]);
  }
  return { address, parameters };
}

function isLiteralValid(address: string): boolean {
  const literal = /@\[(.*)\]$/.exec(address)?.[1];
  if (literal === undefined) return true;
  if (/^IPv6:/i.test(literal)) return isIPv6(literal.slice('IPv6:'.length));
  return IPV4.test(literal);
}

/** The address with a local part freed of needless quotes: `"alice"@x` and `alice@x` are one mailbox. */
export function canonicalAddress(address: string): string {
  const quoted = /^"(.*)"@([^@]*)$/.exec(address);
  if (!quoted) return address;
  const local = (quoted[1] ?? '').replace(/\\(.)/g, '$1');
  return new RegExp(`^${DOT_STRING}$`, 'u').test(local) ? `${local}@${quoted[2]}` : address;
}

/** Domain of an address, in lower case; empty where it has none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1 || address.length).toLowerCase();
}

/** Name of an SMTP client in EHLO and HELO: a domain or an address literal (RFC 5321 §4.1.1.1). */
export function isHelloName(name: string): boolean {
  return (
    name.length <= 255 &&
    new RegExp(`^(?:${DOMAIN.replaceAll('A-Za-z0-9', 'A-Za-z0-9_')}\\.?|${LITERAL})$`, 'u').test(name)
  );
}
