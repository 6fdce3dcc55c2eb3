import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { REFERENCE } from '../cli/testing/command-line.ts';
import { examineArchive } from './examine.ts';
import { FILES } from './layout.ts';
import type { SealRequest } from './seal.ts';
import { type Files, resealed, withFile } from './testing/forge.ts';
import { openSealedRun, publicKey, type SealedRun } from './testing/sealed-run.ts';

const attacker = generateKeyPairSync('ed25519');

let run: SealedRun;
let files: Files;
beforeAll(async () => {
  run = await openSealedRun();
  files = run.files;
});
afterAll(() => run.cli.remove());

describe('what was sealed', () => {
  test('is verified by the public key, and says what it says', async () => {
    const { refused, checked, unchecked, signature, predicate } = await examineArchive(run.signed, publicKey);
    expect(refused).toEqual([]);
    expect(signature).toBe('verified');
    expect(unchecked).toEqual([expect.stringContaining('is unreleased')]);
    expect(checked.join('\n')).toContain('4 verdicts follow from what was verified');
    expect(checked.join('\n')).toContain(
      '9 reports are derived from the records again, the same to the octet.',
    );
    expect(predicate).toMatchObject({
      conclusion: 'non-conformant',
      complete: false,
      profile: { id: 'baseline', state: 'unreleased' },
      runs: [
        {
          runId: run.record.runId,
          targets: [{ conclusion: 'conformant' }, { conclusion: 'non-conformant' }],
        },
      ],
      stability: null,
    });
    expect(predicate?.targets[0]?.leftOut).toEqual([
      {
        why: 'excluded by --only or --skip',
        checks: run.record.targets[0]?.notSelected.map(({ check }) => check),
      },
    ]);
  });

  test('holds record, reports, evidence, targets file, profile, catalogue and the digests of the code', () => {
    const names = [...files.keys()];
    expect(names[0]).toBe(FILES.signed);
    for (const name of [FILES.targets, FILES.profile, FILES.checksLock, FILES.profilesLock, FILES.code])
      expect(names).toContain(name);
    expect(names.filter((name) => /^runs\/1\/[^/]+$/.test(name))).toHaveLength(9);
    expect(names.filter((name) => name.startsWith('runs/1/evidence/'))).toHaveLength(6);
    expect(files.get(FILES.code)?.toString()).toMatch(/^[0-9a-f]{64} {2}harness\/seal\/tar\.ts$/m);
  });

  test('is the same to the octet when it is sealed again', async () => {
    const { out } = await run.seal('again.tar', {});
    expect(await readFile(out)).toEqual(await readFile(run.signed));
  });

  test('is told apart from what nobody signed, and from what nobody checked', async () => {
    const alone = await examineArchive(run.unsigned, null);
    expect(alone).toMatchObject({ refused: [], signature: 'unsigned' });
    expect(alone.unchecked[0]).toBe(
      'The archive is unsigned: nobody vouches for it, and whoever had it in hand could write all of it anew.',
    );
    const unchecked = await examineArchive(run.signed, null);
    expect(unchecked).toMatchObject({ refused: [], signature: 'unchecked' });
    expect(unchecked.unchecked[0]).toContain('The signature is not checked, because no key was given');
    expect((await examineArchive(run.unsigned, publicKey)).refused).toEqual([
      'The archive is unsigned, and a signature of the key is demanded.',
    ]);
    expect((await examineArchive(run.signed, attacker.publicKey)).refused).toEqual([
      expect.stringContaining('The archive is signed by another key'),
    ]);
  });
});

describe('a changed archive is refused', () => {
  test('whichever file has one bit less or more', async () => {
    for (const [number, name] of [...files.keys()].entries()) {
      const changed = withFile(files, name, (content) => {
        // At the begin of one file, in the middle of the next, at the end of the third.
        const index = Math.round(((content.length - 1) * (number % 3)) / 2);
        content[index] = (content[index] ?? 0) ^ 1;
        return content;
      });
      const { refused } = await run.examined(changed);
      expect(refused, name).not.toEqual([]);
    }
  });

  test('whichever bit of the archive itself, unsigned too', async () => {
    const octets = await readFile(run.unsigned);
    const places = [0, 99, 100, 124, 148, 156, 257, 300, 345, 511, octets.length - 1_024, octets.length - 1];
    for (const place of places) {
      const changed = Buffer.from(octets);
      changed[place] = (changed[place] ?? 0) ^ 4;
      const path = run.at('changed.tar');
      await writeFile(path, changed);
      expect((await examineArchive(path, null)).refused, `octet ${place}`).not.toEqual([]);
    }
  });

  test('whichever file is missing', async () => {
    for (const name of files.keys()) {
      const changed = new Map(files);
      changed.delete(name);
      expect((await run.examined(changed)).refused, name).not.toEqual([]);
    }
    for (const name of [FILES.targets, 'runs/1/junit.xml', [...files.keys()].at(-1) ?? '']) {
      const changed = new Map(files);
      changed.delete(name);
      expect((await run.examined(resealed(changed, null), null)).refused, name).toEqual([
        expect.stringMatching(/is missing/),
      ]);
    }
  });

  test('by a file more, or in another order', async () => {
    const hash = '0'.repeat(64);
    const more = new Map(files).set(`runs/1/evidence/${hash}.jsonl`, Buffer.from('{}\n'));
    expect((await run.examined(resealed(more, null), null)).refused.join('\n')).toContain(
      'belongs to no result',
    );
    const octets = await readFile(run.unsigned);
    const name = octets.indexOf('targets.yaml\0');
    await writeFile(run.at('changed.tar'), Buffer.concat([octets.subarray(name, name + 1_024), octets]));
    expect((await examineArchive(run.at('changed.tar'), null)).refused[0]).toContain(
      'does not stand in its place',
    );
  });
});

describe('what cannot be sealed', () => {
  test('says why', async () => {
    const folder = run.at('mailspec-report');
    const { record } = run;
    const made = (more: Partial<RunRecord>) => ({ runs: [{ folder, record: { ...record, ...more } }] });
    await writeFile(
      run.at('secret.yaml'),
      `${REFERENCE}  shop:\n    driver: container\n    image: x\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 25 }\n    env: { ADMIN_PASSWORD: hunter2 }\n`,
    );
    const cases: [Partial<SealRequest>, RegExp][] = [
      [{ out: run.signed }, /signed\.tar: The file exists; --out names another\./],
      [{ out: run.at('nowhere', 'x.tar') }, /cannot be written \(ENOENT\)/],
      [{ targetsFile: run.at('none.yaml') }, /none\.yaml: There is no such file\. --targets names/],
      [
        { targetsFile: run.at('secret.yaml') },
        /secret\.yaml:\d+:\d+: The value of ADMIN_PASSWORD stands in the file/,
      ],
      [
        made({ tool: { ...record.tool, commit: 'abc' } }),
        /was made by mailspec 0\.1\.0 \(abc\), and this is/,
      ],
      [made({ profile: { ...record.profile, title: 'x' } }), /profile baseline@\S+ was changed since run/],
      [made({ profile: { ...record.profile, version: '1999' } }), /has no version "1999"/],
      [
        { runs: [{ folder: run.at('gone'), record }] },
        /There is no such file\. Without it the run cannot be sealed\./,
      ],
      [
        made({ counts: { ...record.counts, pass: 9 } }),
        /Nobody could verify what would be sealed:\nThe run states 9/,
      ],
      [
        { runs: [...Array(2)].map(() => ({ folder, record })) },
        /is there twice; one run cannot confirm itself\./,
      ],
      [
        {
          runs: [
            { folder, record },
            { folder, record: { ...record, runId: 'x', selection: { only: [], skip: [] } } },
          ],
        },
        /are no repetitions: the selection differs\./,
      ],
    ];
    for (const [more, sentence] of cases)
      await expect(run.seal('refused.tar', more)).rejects.toThrow(sentence);
    expect((await readdir(run.cli.folder)).filter((name) => /sealing|refused/.test(name))).toEqual([]);
  });
});
