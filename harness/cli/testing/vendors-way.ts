import { generateKeyPairSync } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type CommandLine, openCommandLine } from './command-line.ts';

/**
 * The whole way of a vendor: three runs, sealed with a key; whoever has the archive and the public key alone, in a folder
 * with nothing else, verifies it, and refuses it once an octet of a verdict, of evidence or of the signature is another.
 * @param words after `audit`: of a server that holds what is asked
 */
export async function goVendorsWay(vendor: CommandLine, words: readonly string[]): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(join(vendor.folder, 'lab.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const repeat = ['--repeat', '3', '--seed', '100', '--out', 'runs', '--quiet'];
  const audited = await vendor.mailspec('audit', ...words, ...repeat);
  expect(audited.stderr).toBe('');
  expect(audited.stdout).toMatch(
    /^No verdict wavered: \d+ checks? ended alike in 3 runs, in 3 orders \(seeds 100, 101, 102\), one check at a time in run 3; exit code 0\.\n$/,
  );
  expect(audited.code).toBe(0);
  const sealed = await vendor.mailspec('seal', 'runs', '--key', 'lab.pem', '--out', 'product.tar');
  expect(sealed.stderr).toBe('');
  expect(sealed.stdout).toContain('Sealed and signed.');

  const buyer = await openCommandLine();
  try {
    const at = (name: string) => join(buyer.folder, name);
    await copyFile(join(vendor.folder, 'product.tar'), at('product.tar'));
    await writeFile(at('lab.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
    const verified = await buyer.mailspec('verify', 'product.tar', '--key', 'lab.pub');
    expect(verified.stdout).toContain(
      'verdicts were the same in 3 runs, in 3 orders (seeds 100, 101, 102), one check at a time in run 3.\n',
    );
    expect(verified.stdout).toMatch(/\nVerified: this is what the holder of the key sealed\.\n$/);
    expect(verified.code).toBe(0);

    const archive = await readFile(at('product.tar'));
    for (const octets of ['"verdict": "', '"kind":"ver', '"sig":"', 'driver: ']) {
      const forged = Buffer.from(archive);
      expect(archive.includes(octets), octets).toBe(true);
      const place = archive.indexOf(octets) + octets.length;
      forged[place] = archive[place] === 0x41 ? 0x42 : 0x41;
      await writeFile(at('forged.tar'), forged);
      const refused = await buyer.mailspec('verify', 'forged.tar', '--key', 'lab.pub');
      expect(refused.stdout, octets).toMatch(/\nRefused: this archive proves nothing\.\n$/);
      expect(refused.code, octets).toBe(1);
    }
  } finally {
    await buyer.remove();
  }
}
