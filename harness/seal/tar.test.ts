import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { END, headerOf, type Member, paddingOf, readTar } from './tar.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-tar-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const member = (name: string, text: string) =>
  Buffer.concat([
    headerOf(name, Buffer.byteLength(text)),
    Buffer.from(text),
    paddingOf(Buffer.byteLength(text)),
  ]);
const archive = (...parts: readonly Buffer[]) => Buffer.concat([...parts, END]);

async function read(octets: Buffer, limit: number | null = 1_000): Promise<Member[]> {
  const path = join(folder, 'archive.tar');
  await writeFile(path, octets);
  const file = await open(path, 'r');
  try {
    const members: Member[] = [];
    for await (const one of readTar(file, () => limit)) members.push(one);
    return members;
  } finally {
    await file.close();
  }
}

/** A header with a field written over, and the sum of its octets right again. */
function altered(header: Buffer, at: number, text: string): Buffer {
  const copy = Buffer.from(header);
  copy.write(text, at, 'latin1');
  copy.write('        ', 148);
  const sum = copy.reduce((all, octet) => all + octet, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return copy;
}

test('what is written is read again, the same to the octet', async () => {
  const texts = { 'a.txt': 'one', 'b/c.txt': '', 'd.txt': 'x'.repeat(512), 'e.txt': 'y'.repeat(513) };
  const octets = archive(...Object.entries(texts).map(([name, text]) => member(name, text)));
  const members = await read(octets);
  expect(Object.fromEntries(members.map(({ name, content }) => [name, content.toString()]))).toEqual(texts);
});

test('other programs open it', async (context) => {
  const path = join(folder, 'other.tar');
  await writeFile(path, archive(member('runs/1/a.txt', 'one'), member('b.txt', 'two')));
  const listed = await promisify(execFile)('tar', ['-xOf', path]).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return null;
    throw failure;
  });
  if (listed === null) context.skip('tar is not installed');
  expect(listed?.stdout).toBe('onetwo');
});

describe('a hostile archive is refused:', () => {
  const link = altered(headerOf('a.txt', 0), 156, '2');
  test.each([
    [
      'a name that leads out',
      [member('../a.txt', 'x')],
      '"../a.txt" would lead out of the folder of the archive.',
    ],
    ['a name inside that leads out', [member('a/../../b', 'x')], 'would lead out'],
    [
      'an absolute name',
      [member('/etc/passwd', 'x')],
      '"/etc/passwd" would lead out of the folder of the archive.',
    ],
    ['a link', [link], '"a.txt" is a symbolic link; an archive holds plain files alone.'],
    ['a hard link', [altered(headerOf('a.txt', 0), 156, '1')], '"a.txt" is a hard link'],
    ['a folder', [altered(headerOf('a', 0), 156, '5')], '"a" is a folder'],
    ['an extended header', [altered(headerOf('a', 0), 156, 'x')], '"a" is an extended header'],
    ['two files of one name', [member('a.txt', 'x'), member('a.txt', 'y')], 'two files of the name a.txt.'],
    [
      'a size beyond the limit',
      [headerOf('a.txt', 8_000_000_000)],
      'a.txt has 8000000000 octets, and at most 1000',
    ],
    [
      'a size that is none',
      [altered(headerOf('a.txt', 0), 124, '-0000000001')],
      'The size of "a.txt" is no number',
    ],
    [
      'a size in another base',
      [altered(headerOf('a.txt', 0), 124, '\x80\0\0\0\0\0\0\0\0\0\0\x01')],
      'is no number',
    ],
    [
      'an owner',
      [altered(headerOf('a.txt', 0), 265, 'root')],
      'The header of "a.txt" is not as mailspec writes it',
    ],
    ['a prefix of the name', [altered(headerOf('a.txt', 0), 345, '..')], 'is not as mailspec writes it'],
    [
      'a name with something after its end',
      [altered(headerOf('a.txt', 0), 7, 'b')],
      'is no name of a file of an archive',
    ],
    ['no header', [Buffer.alloc(512, 'x')], 'At octet 0 of the archive stands no header of a tar file.'],
  ])('%s', async (_, parts, sentence) => {
    await expect(read(archive(...parts))).rejects.toThrow(sentence);
  });

  test.each([
    [
      'data after the end',
      Buffer.concat([archive(member('a', 'x')), Buffer.from('more')]),
      'something follows it',
    ],
    [
      'a second archive after the end',
      Buffer.concat([archive(member('a', 'x')), archive(member('b', 'y'))]),
      'follows',
    ],
    [
      'a size beyond the end',
      headerOf('a', 900),
      'The archive ends inside of a, which should have 900 octets.',
    ],
    ['no end', member('a', 'x'), 'breaks off at octet 1024'],
    ['half an end', archive(member('a', 'x')).subarray(0, -512), 'its end is missing'],
    ['nothing', Buffer.alloc(0), 'breaks off at octet 0'],
    ['half a header', headerOf('a', 0).subarray(0, 100), 'breaks off at octet 100'],
  ])('%s', async (_, octets, sentence) => {
    await expect(read(octets)).rejects.toThrow(sentence);
  });

  test('octets in the padding', async () => {
    const octets = archive(member('a', 'x'));
    octets[700] = 1;
    await expect(read(octets)).rejects.toThrow('After a stand octets where none belong.');
  });

  test('a file that nobody knows', async () => {
    await expect(read(archive(member('a', 'x')), null)).rejects.toThrow('does not belong there: a.');
  });
});

test('a name or a size that does not fit is a mistake of the program', () => {
  expect(() => headerOf('a'.repeat(101), 0)).toThrow(TypeError);
  expect(() => headerOf('', 0)).toThrow(TypeError);
  expect(() => headerOf('a', 0o100000000000)).toThrow(TypeError);
});

test('what is written has no time, no owner and no mode of this machine', async () => {
  const path = join(folder, 'twice.tar');
  await writeFile(path, archive(member('a', 'x')));
  expect(await readFile(path)).toEqual(archive(member('a', 'x')));
  expect(headerOf('a', 1).toString('latin1', 100, 156)).toBe(
    `0000644\0${'0000000\0'.repeat(2)}00000000001\0${'0'.repeat(11)}\0${headerOf('a', 1).toString('latin1', 148, 156)}`,
  );
});
