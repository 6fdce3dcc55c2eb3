import type { FileHandle } from 'node:fs/promises';
import { visible } from '../evidence/visible.ts';
import { Refusal } from './refusal.ts';

/** Archives are tar files as POSIX has them (ustar), uncompressed: records of 512 octets. */
const RECORD = 512;
/** Octets of a name that fit into the field; longer ones need another field, which is not used. */
export const LONGEST_NAME = 100;
/** Most octets that eleven octal digits can say. */
const LARGEST = 0o77777777777;

const TYPES: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a folder',
  '6': 'a pipe',
  '7': 'a contiguous file',
  g: 'an extended header',
  x: 'an extended header',
  L: 'a long name of GNU tar',
  K: 'a long link of GNU tar',
  S: 'a sparse file of GNU tar',
};

/** A file of an archive. */
export interface Member {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * The header of a file. Name and size decide every octet of it: nobody owns it, it was made at the begin of 1970, and
 * everybody may read it.
 * @throws TypeError for a name or a size that does not fit
 */
export function headerOf(name: string, size: number): Buffer {
  if (name === '' || Buffer.byteLength(name) > LONGEST_NAME)
    throw new TypeError(`The name ${name} is empty or longer than ${LONGEST_NAME} octets.`);
  if (!Number.isInteger(size) || size < 0 || size > LARGEST)
    throw new TypeError(`A file of ${size} octets does not fit into a tar archive.`);
  const header = Buffer.alloc(RECORD);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${octal(size, 11)}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write('0000000\0', 329);
  header.write('0000000\0', 337);
  header.write(`${octal(checksum(header), 6)}\0 `, 148);
  return header;
}

/** What stands after a file so that the next header begins a record. */
export function paddingOf(size: number): Buffer {
  return Buffer.alloc((RECORD - (size % RECORD)) % RECORD);
}

/** Two empty records end an archive. */
export const END = Buffer.alloc(2 * RECORD);

/** The sum of the octets of a header, its own field taken for blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, octet] of header.entries()) if (at < 148 || at >= 156) sum += octet;
  return sum;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/**
 * Reads an archive file by file, each whole, in its order. Only the octets that this program writes are taken: a
 * header is refused unless name and size give the very same one, and after the last file nothing may follow.
 * @param limitOf octets that a file of a name may have; null: there is no such file in an archive
 * @throws Refusal
 */
export async function* readTar(
  file: FileHandle,
  limitOf: (name: string) => number | null,
): AsyncGenerator<Member> {
  const { size: length } = await file.stat();
  const seen = new Set<string>();
  let at = 0;
  for (;;) {
    if (length - at < RECORD)
      throw new Refusal(
        `The archive breaks off at octet ${length}, where a header or its end should follow.`,
      );
    const header = await octets(file, at, RECORD);
    if (header.every((octet) => octet === 0)) break;
    const { name, size } = placed(header, at);
    if (seen.has(name)) throw new Refusal(`The archive has two files of the name ${visible(name)}.`);
    seen.add(name);
    const limit = limitOf(name);
    if (limit === null)
      throw new Refusal(`The archive has a file that does not belong there: ${visible(name)}.`);
    if (size > limit)
      throw new Refusal(`${visible(name)} has ${size} octets, and at most ${limit} are accepted.`);
    const padding = paddingOf(size).length;
    if (size + padding > length - at - RECORD)
      throw new Refusal(`The archive ends inside of ${visible(name)}, which should have ${size} octets.`);
    const content = await octets(file, at + RECORD, size);
    const after = await octets(file, at + RECORD + size, padding);
    if (after.some((octet) => octet !== 0))
      throw new Refusal(`After ${visible(name)} stand octets where none belong.`);
    yield { name, content };
    at += RECORD + size + padding;
  }
  if (length !== at + END.length)
    throw new Refusal(
      `The archive should end at octet ${at + END.length}, and has ${length}: its end is missing or something follows it.`,
    );
  if (!(await octets(file, at, END.length)).equals(END))
    throw new Refusal(`The two empty records that should end the archive are not there (octet ${at}).`);
}

/** Name and size of a header, which must be one that this program writes. */
function placed(header: Buffer, at: number): { readonly name: string; readonly size: number } {
  if (header.toString('latin1', 257, 263) !== 'ustar\0')
    throw new Refusal(`At octet ${at} of the archive stands no header of a tar file.`);
  const name = header.toString('utf8', 0, LONGEST_NAME).replace(/\0+$/, '');
  const shown = `"${visible(name)}"`;
  const type = header.toString('latin1', 156, 157);
  if (type !== '0')
    throw new Refusal(
      `${shown} is ${TYPES[type] ?? 'something unknown'}; an archive holds plain files alone.`,
    );
  if (!/^[!-~]+$/.test(name)) throw new Refusal(`${shown} is no name of a file of an archive.`);
  if (name.startsWith('/') || name.split('/').some((part) => ['', '.', '..'].includes(part)))
    throw new Refusal(`${shown} would lead out of the folder of the archive.`);
  const digits = /^([0-7]{11})\0$/.exec(header.toString('latin1', 124, 136))?.[1];
  if (digits === undefined) throw new Refusal(`The size of ${shown} is no number of octets.`);
  const size = Number.parseInt(digits, 8);
  if (!headerOf(name, size).equals(header))
    throw new Refusal(`The header of ${shown} is not as mailspec writes it (octet ${at}).`);
  return { name, size };
}

async function octets(file: FileHandle, at: number, count: number): Promise<Buffer> {
  const buffer = Buffer.alloc(count);
  let filled = 0;
  while (filled < count) {
    const { bytesRead } = await file.read(buffer, filled, count - filled, at + filled);
    if (bytesRead === 0)
      throw new Refusal(`The archive became shorter while it was read (octet ${at + filled}).`);
    filled += bytesRead;
  }
  return buffer;
}
