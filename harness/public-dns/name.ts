/**
 * Domain names as text: labels joined by dots, without a dot at the end, the root as the empty text. Octets that are no
 * printable ASCII, and dots and backslashes inside of labels, are written `\DDD` (RFC 1035 §5.1), so that two different
 * names never look the same and every dot separates.
 */

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

/**
 * A name as somebody wrote it, in this form.
 * @returns undefined where no domain name is spelled so (RFC 1035 §2.3.4)
 */
export function nameOf(written: string): string | undefined {
  const text = written.endsWith('.') ? written.slice(0, -1) : written;
  if (text === '') return written === '' ? undefined : '';
  const labels = text.split('.').map((label) => labelText(Buffer.from(label, 'utf8')));
  const lengths = labels.map((label) => octetsOf(label).length);
  if (lengths.some((length) => length === 0 || length > LONGEST_LABEL)) return undefined;
  const total = lengths.reduce((sum, length) => sum + length + 1, 1);
  return total > LONGEST_NAME ? undefined : labels.join('.');
}

/** The form under which names are compared (RFC 4343). */
export function keyOf(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The name as people read it. */
export function spelled(name: string): string {
  return name === '' ? '.' : name;
}

export function labelsOf(name: string): readonly string[] {
  return name === '' ? [] : name.split('.');
}

/** The name without its first label; undefined for the root. */
export function parentOf(name: string): string | undefined {
  if (name === '') return undefined;
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** The last so many labels of a name. */
export function suffixOf(name: string, count: number): string {
  return count === 0 ? '' : labelsOf(name).slice(-count).join('.');
}

/** Whether a name is another one or lies below it; takes the forms that are compared. */
export function isAtOrBelow(name: string, origin: string): boolean {
  return origin === '' || name === origin || name.endsWith(`.${origin}`);
}

/** Canonical order (RFC 4034 §6.1): label by label from the right, octet by octet. */
export function compareNames(one: string, other: string): number {
  const [a, b] = [labelsOf(keyOf(one)).toReversed(), labelsOf(keyOf(other)).toReversed()];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    const order = Buffer.compare(octetsOf(left), octetsOf(right));
    if (order !== 0) return order;
  }
  return 0;
}

/** The wire form, without compression (RFC 1035 §3.1). */
export function nameToWire(name: string): Buffer {
  const labels = labelsOf(name).map((label) => {
    const octets = octetsOf(label);
    return Buffer.concat([Buffer.from([octets.length]), octets]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/**
 * Reads a name, following compression pointers (RFC 1035 §4.1.4), which lead backwards.
 * @returns the name as it is spelled, and where the next octet is
 * @throws RangeError when it runs past the end, in circles, or is longer than a name may be
 */
export function readName(packet: Buffer, offset: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let [at, octets] = [offset, 1];
  let end: number | undefined;
  for (;;) {
    const length = packet.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const to = packet.readUInt16BE(at) & 0x3fff;
      if (to >= at) throw new RangeError('A name points to what comes after it.');
      end ??= at + 2;
      at = to;
      continue;
    }
    octets += length + 1;
    if (length > LONGEST_LABEL || octets > LONGEST_NAME)
      throw new RangeError('A name is longer than names are.');
    if (at + 1 + length > packet.length) throw new RangeError('A name runs past the end of the packet.');
    labels.push(labelText(packet.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

function labelText(octets: Buffer): string {
  return octets
    .toString('latin1')
    .replaceAll(/[^!-[\]-~]|\./g, (character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`);
}

function octetsOf(label: string): Buffer {
  const text = label.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
  return Buffer.from(text, 'latin1');
}
