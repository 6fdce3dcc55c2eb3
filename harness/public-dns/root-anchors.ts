/**
 * DS records of the keys that sign the root, as IANA publishes them (RFC 9718): those of 2017 and 2024. Key tag,
 * algorithm, kind of digest, digest.
 */
export const ROOT_ANCHORS: readonly string[] = [
  '20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D',
  '38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16',
];

/** The form of a DS record of the root, `. IN DS` in front of it or not. */
export const ANCHOR_FORM = /^(?:\. (?:\d+ )?(?:IN )?DS )?(\d{1,5}) (\d{1,3}) (\d{1,3}) ([0-9A-Fa-f]{64,})$/;

/**
 * Record data of a DS record in the form of a master file (RFC 4034 §5.3).
 * @throws Error for another form
 */
export function anchorOf(text: string): Buffer {
  const [, tag, algorithm, kind, digest] = ANCHOR_FORM.exec(text) ?? [];
  if (digest === undefined) throw new Error(`A trust anchor is a DS record, found "${text}".`);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(Number(tag), 0);
  head.writeUInt8(Number(algorithm), 2);
  head.writeUInt8(Number(kind), 3);
  return Buffer.concat([head, Buffer.from(digest, 'hex')]);
}
