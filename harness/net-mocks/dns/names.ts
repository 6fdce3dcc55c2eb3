import { describe, InputError, type Parse, parseString } from '../input/parse.ts';

/** RFC 1035 2.3.4. */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

const ORDINARY_LABEL = /^[!-~]+$/;

/**
 * A domain name as text: labels joined by dots, no final dot, the root as `.`. Capital letters are kept
 * as written. Labels hold printable ASCII without dot and backslash; other octets need a `raw` record.
 */
export const parseName: Parse<string> = (value, path) => {
  const text = parseString(value, path);
  if (text === '.') return text;
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  let octets = 1;
  for (const label of name.split('.')) {
    if (label === '') throw new InputError(path, `${describe(text)} has an empty label`);
    if (label.includes('\\') || !ORDINARY_LABEL.test(label))
      throw new InputError(
        path,
        `${describe(text)} holds a character outside printable ASCII (write internationalised names as A-labels)`,
      );
    if (label.length > LONGEST_LABEL)
      throw new InputError(
        path,
        `label ${describe(label)} has ${label.length} octets, at most 63 are allowed`,
      );
    octets += label.length + 1;
  }
  if (octets > LONGEST_NAME)
    throw new InputError(path, `the name takes ${octets} octets on the wire, at most 255 are allowed`);
  return name;
};

/** The form under which names are compared: ASCII letters in lower case (RFC 4343). */
export function keyOf(name: string): string {
  // Most names have no capital, and the names of a journal are compared again and again.
  return /[A-Z]/.test(name) ? name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** The name one label shorter; undefined for the root. Takes and gives comparison keys. */
export function parentOf(key: string): string | undefined {
  if (key === '.') return undefined;
  const dot = firstDot(key);
  return dot < 0 ? '.' : key.slice(dot + 1);
}

export function isAtOrBelow(key: string, origin: string): boolean {
  return origin === '.' || key === origin || key.endsWith(`.${origin}`);
}

/** Dots inside a label are written `\.` by `readName`; they do not separate. */
function firstDot(key: string): number {
  for (let at = 0; at < key.length; at += 1) {
    if (key[at] === '\\') at += 1;
    else if (key[at] === '.') return at;
  }
  return -1;
}

/**
 * Reads an uncompressed name from a query exactly as it came, with unusual octets in the escaped form of
 * RFC 1035 5.1, so that two different names never look the same. Throws a RangeError on malformed input.
 */
export function readName(packet: Buffer, offset: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = offset;
  for (;;) {
    const length = packet.readUInt8(at);
    at += 1;
    if (length === 0) break;
    if (length > LONGEST_LABEL) throw new RangeError('expected an uncompressed name in the question');
    if (at + length > packet.length) throw new RangeError('the name runs past the end of the packet');
    labels.push(escapeLabel(packet.subarray(at, at + length)));
    at += length;
  }
  if (at - offset > LONGEST_NAME) throw new RangeError('the name is longer than 255 octets');
  return { name: labels.length === 0 ? '.' : labels.join('.'), end: at };
}

function escapeLabel(label: Buffer): string {
  let text = '';
  for (const octet of label) {
    const character = String.fromCharCode(octet);
    if (character === '.' || character === '\\') text += `\\${character}`;
    else if (octet < 0x21 || octet > 0x7e) text += `\\${String(octet).padStart(3, '0')}`;
    else text += character;
  }
  return text;
}

/** The uncompressed wire form of a name written by `parseName` or `readName` (RFC 1035 3.1). */
export function writeName(name: string): Buffer {
  if (name === '.') return Buffer.from([0]);
  const parts: Buffer[] = [];
  let label: number[] = [];
  const finish = (): void => {
    parts.push(Buffer.from([label.length, ...label]));
    label = [];
  };
  for (let at = 0; at < name.length; at += 1) {
    const character = name[at];
    if (character === '.') finish();
    else if (character !== '\\') label.push(name.charCodeAt(at));
    else if (/^\d{3}/.test(name.slice(at + 1))) {
      label.push(Number(name.slice(at + 1, at + 4)));
      at += 3;
    } else {
      label.push(name.charCodeAt(at + 1));
      at += 1;
    }
  }
  finish();
  return Buffer.concat([...parts, Buffer.from([0])]);
}
