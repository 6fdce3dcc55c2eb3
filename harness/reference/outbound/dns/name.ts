/**
 * Domain names as text in lower case: labels joined by dots, the root as the empty text. Octets other than
 * letters, digits, hyphens, underscores and asterisks are written `\DDD`, so that two names never look the same.
 */

/** The wire form (RFC 1035 §3.1). */
export function nameToWire(name: string): Buffer {
  const labels = labelsOf(name).map((label) => {
    const octets = octetsOf(label);
    return Buffer.concat([Buffer.from([octets.length]), octets]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/**
 * Reads a name, following compression pointers.
 * @throws RangeError when it runs past the end or in circles
 */
export function readName(packet: Buffer, offset: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = offset;
  let end: number | undefined;
  for (let steps = 0; steps < 128; steps += 1) {
    const length = packet.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = packet.readUInt16BE(at) & 0x3fff;
      continue;
    }
    if (at + 1 + length > packet.length) throw new RangeError('A name runs past the end of the packet.');
    labels.push(labelText(packet.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  throw new RangeError('A name has no end.');
}

export function labelsOf(name: string): string[] {
  return name === '' ? [] : name.split('.');
}

/** The name without its first label; undefined for the root. */
export function parentOf(name: string): string | undefined {
  if (name === '') return undefined;
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

export function isAtOrBelow(name: string, origin: string): boolean {
  return origin === '' || name === origin || name.endsWith(`.${origin}`);
}

/** Canonical order (RFC 4034 §6.1): label by label from the right, octet by octet. */
export function compareNames(one: string, other: string): number {
  const [a, b] = [labelsOf(one).reverse(), labelsOf(other).reverse()];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    const order = Buffer.compare(octetsOf(left), octetsOf(right));
    if (order !== 0) return order;
  }
  return 0;
}

function labelText(octets: Buffer): string {
  return octets
    .toString('latin1')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_*-]/g, (character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`);
}

function octetsOf(label: string): Buffer {
  const text = label.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
  return Buffer.from(text, 'latin1');
}
