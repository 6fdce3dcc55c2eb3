/** The types that a bit map names (RFC 4034 §4.1.2). */
export function typesIn(bitMaps: Buffer): ReadonlySet<number> {
  const types = new Set<number>();
  for (let at = 0; at + 2 <= bitMaps.length; ) {
    const window = bitMaps.readUInt8(at);
    const length = bitMaps.readUInt8(at + 1);
    for (let bit = 0; bit < length * 8; bit += 1) {
      if (((bitMaps[at + 2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) types.add(window * 256 + bit);
    }
    at += 2 + length;
  }
  return types;
}
