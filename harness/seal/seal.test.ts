import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { type CommandLine, openCommandLine, REFERENCE } from '../cli/testing/command-line.ts';
import { signPayload } from './dsse.ts';
import { type Examination, examineArchive } from './examine.ts';
import { FILES } from './layout.ts';
import { type SealRequest, sealRuns } from './seal.ts';
import {
  type Files,
  mapResult,
  pack,
  passed,
  recordOf,
  resealed,
  unpack,
  withPassingEvidence,
  withRecord,
} from './testing/forge.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const attacker = generateKeyPairSync('ed25519');
const signer = async (payload: Buffer) => signPayload(payload, privateKey);
const ONLY = ['--only', 'STLS-001', 'PTA-001', '--quiet'];

let cli: CommandLine;
let record: RunRecord;
let signed = '';
let unsigned = '';
let files: Files;
beforeAll(async () => {
  cli = await openCommandLine();
  await cli.targets(REFERENCE);
  await cli.mailspec('audit', 'good', 'bad', ...ONLY);
  record = await cli.record();
  signed = (await seal('signed.tar', {})).out;
  unsigned = (await seal('unsigned.tar', { signer: null })).out;
  files = await unpack(signed);
});
afterAll(() => cli.remove());

const at = (...names: string[]) => join(cli.folder, ...names);

async function seal(name: string, more: Partial<SealRequest>) {
  const out = at(name);
  const sealed = await sealRuns({
    runs: [{ folder: at('mailspec-report'), record }],
    targetsFile: at('targets.yaml'),
    signer,
    out,
    ...more,
  });
  return { out, ...sealed };
}

async function examined(changed: Files, key: typeof publicKey | null = publicKey): Promise<Examination> {
  return examineArchive(await pack(changed, at('changed.tar')), key);
}

function withFile(name: string, change: (content: Buffer) => Buffer): Files {
  return new Map(files).set(name, change(Buffer.from(files.get(name) ?? Buffer.alloc(0))));
}

describe('what was sealed', () => {
  test('is verified by the public key, and says what it says', async () => {
    const { refused, checked, unchecked, signature, predicate } = await examineArchive(signed, publicKey);
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
        { runId: record.runId, targets: [{ conclusion: 'conformant' }, { conclusion: 'non-conformant' }] },
      ],
      stability: null,
    });
    expect(predicate?.targets[0]?.leftOut).toEqual([
      {
        why: 'excluded by --only or --skip',
        checks: record.targets[0]?.notSelected.map(({ check }) => check),
      },
    ]);
  });

  test('holds record, reports, evidence, targets file, profile, catalogue and the digests of the code', () => {
    const names = [...files.keys()];
    expect(names[0]).toBe(FILES.signed);
    for (const name of [FILES.targets, FILES.profile, FILES.checksLock, FILES.profilesLock, FILES.code])
      expect(names).toContain(name);
    expect(names.filter((name) => /^runs\/1\/[^/]+$/.test(name))).toHaveLength(9);
    expect(names.filter((name) => name.startsWith('runs/1/evidence/'))).toHaveLength(4);
    expect(files.get(FILES.code)?.toString()).toMatch(/^[0-9a-f]{64} {2}harness\/seal\/tar\.ts$/m);
  });

  test('is the same to the octet when it is sealed again', async () => {
    const { out } = await seal('again.tar', {});
    expect(await readFile(out)).toEqual(await readFile(signed));
  });

  test('is told apart from what nobody signed, and from what nobody checked', async () => {
    const alone = await examineArchive(unsigned, null);
    expect(alone).toMatchObject({ refused: [], signature: 'unsigned' });
    expect(alone.unchecked[0]).toBe(
      'The archive is unsigned: nobody vouches for it, and whoever had it in hand could write all of it anew.',
    );
    const unchecked = await examineArchive(signed, null);
    expect(unchecked).toMatchObject({ refused: [], signature: 'unchecked' });
    expect(unchecked.unchecked[0]).toContain('The signature is not checked, because no key was given');
    expect((await examineArchive(unsigned, publicKey)).refused).toEqual([
      'The archive is unsigned, and a signature of the key is demanded.',
    ]);
    expect((await examineArchive(signed, attacker.publicKey)).refused).toEqual([
      expect.stringContaining('The archive is signed by another key'),
    ]);
  });
});

describe('a changed archive is refused', () => {
  test('whichever file has one bit less or more', async () => {
    for (const [number, name] of [...files.keys()].entries()) {
      const changed = withFile(name, (content) => {
        // At the begin of one file, in the middle of the next, at the end of the third.
        const index = Math.round(((content.length - 1) * (number % 3)) / 2);
        content[index] = (content[index] ?? 0) ^ 1;
        return content;
      });
      const { refused } = await examined(changed);
      expect(refused, name).not.toEqual([]);
    }
  });

  test('whichever bit of the archive itself, unsigned too', async () => {
    const octets = await readFile(unsigned);
    const places = [0, 99, 100, 124, 148, 156, 257, 300, 345, 511, octets.length - 1_024, octets.length - 1];
    for (const place of places) {
      const changed = Buffer.from(octets);
      changed[place] = (changed[place] ?? 0) ^ 4;
      const path = at('changed.tar');
      await writeFile(path, changed);
      expect((await examineArchive(path, null)).refused, `octet ${place}`).not.toEqual([]);
    }
  });

  test('whichever file is missing', async () => {
    for (const name of files.keys()) {
      const changed = new Map(files);
      changed.delete(name);
      expect((await examined(changed)).refused, name).not.toEqual([]);
    }
    for (const name of [FILES.targets, 'runs/1/junit.xml', [...files.keys()].at(-1) ?? '']) {
      const changed = new Map(files);
      changed.delete(name);
      expect((await examined(resealed(changed, null), null)).refused, name).toEqual([
        expect.stringMatching(/is missing/),
      ]);
    }
  });

  test('by a file more, or in another order', async () => {
    const hash = '0'.repeat(64);
    const more = new Map(files).set(`runs/1/evidence/${hash}.jsonl`, Buffer.from('{}\n'));
    expect((await examined(resealed(more, null), null)).refused.join('\n')).toContain('belongs to no result');
    const octets = await readFile(unsigned);
    const name = octets.indexOf('targets.yaml\0');
    await writeFile(at('changed.tar'), Buffer.concat([octets.subarray(name, name + 1_024), octets]));
    expect((await examineArchive(at('changed.tar'), null)).refused[0]).toContain(
      'does not stand in its place',
    );
  });
});

describe('a forgery that fits together', () => {
  const conformant = () =>
    withRecord(files, { ...mapResult(recordOf(files), 'bad', 'STLS-001', passed), remedies: [] });

  test('is refused by its evidence where that was left alone, signed by whomever', async () => {
    const forged = conformant();
    expect(recordOf(forged)).toMatchObject({ conclusion: 'conformant', exitCode: 0 });
    const { refused } = await examined(resealed(forged, null), null);
    expect(refused.join('\n')).toContain('STLS-001 on bad: Its evidence says that');
    const own = resealed(forged, (payload) => signPayload(payload, attacker.privateKey));
    expect((await examined(own, attacker.publicKey)).refused.join('\n')).toContain('Its evidence says that');
  });

  test('of evidence too agrees with itself, is said to be vouched for by nobody, and has no signature', async () => {
    const forged = withPassingEvidence(files, 'bad', 'STLS-001');
    const alone = await examined(resealed(forged, null), null);
    expect(alone).toMatchObject({
      refused: [],
      signature: 'unsigned',
      predicate: { conclusion: 'conformant' },
    });
    expect(alone.unchecked[0]).toContain('nobody vouches for it');
    expect((await examined(resealed(forged, null))).refused).toEqual([
      'The archive is unsigned, and a signature of the key is demanded.',
    ]);
    const own = resealed(forged, (payload) => signPayload(payload, attacker.privateKey));
    expect((await examined(own)).refused).toEqual([expect.stringContaining('signed by another key')]);
    // With the name of the key, and with the seal of the true archive.
    const lying = resealed(forged, (payload) => ({
      ...signPayload(payload, attacker.privateKey),
      keyId: signPayload(payload, privateKey).keyId,
    }));
    expect((await examined(lying)).refused).toEqual([
      'The signature is not one of the key over this statement.',
    ]);
    const old = new Map(forged).set(FILES.signed, files.get(FILES.signed) ?? Buffer.alloc(0));
    expect((await examined(old)).refused.join('\n')).toContain(
      'was changed: the seal states another digest of it',
    );
  });

  test.each<[string, (record: RunRecord) => RunRecord, string]>([
    [
      'a result that is not there any more',
      (one) => ({
        ...one,
        targets: one.targets.map((target) =>
          target.name === 'bad'
            ? { ...target, results: target.results.filter(({ check }) => check !== 'STLS-001') }
            : target,
        ),
      }),
      'STLS-001 on bad was neither asked nor is said to be left out.',
    ],
    [
      'a gate that is not that of the profile',
      (one) => mapResult(one, 'bad', 'STLS-001', (result) => ({ ...result, gate: 'info' })),
      'STLS-001 on bad has the gate info, and the profile says fail.',
    ],
    [
      'a verdict that its variants do not have',
      (one) => mapResult(one, 'bad', 'STLS-001', (result) => ({ ...result, verdict: 'pass' })),
      'STLS-001 on bad: It is pass, and its variants are fail.',
    ],
    [
      'a violation that is another',
      (one) =>
        mapResult(one, 'bad', 'STLS-001', (result) => ({
          ...result,
          variants: result.variants.map((variant) => ({
            ...variant,
            violations: variant.violations.map((violation) => ({ ...violation, actual: 'nearly nothing' })),
          })),
        })),
      'did not hold, and line',
    ],
    [
      'a verdict without evidence',
      (one) => mapResult(one, 'good', 'STLS-001', (result) => ({ ...result, evidence: null })),
      'STLS-001 on good: It is pass, and has no evidence.',
    ],
    [
      'a transcript that was made up',
      (one) => mapResult(one, 'good', 'STLS-001', (result) => ({ ...result, transcript: [] })),
      'Its transcript is not that of its evidence.',
    ],
    [
      'another title',
      (one) => mapResult(one, 'good', 'STLS-001', (result) => ({ ...result, title: 'All is well' })),
      'is not what this mailspec asks',
    ],
    [
      'another severity',
      (one) => mapResult(one, 'bad', 'STLS-001', (result) => ({ ...result, severity: 'info' })),
      'STLS-001 on bad is not what the lock of the archive says of it.',
    ],
    [
      'a waiver that nobody expected',
      (one) =>
        mapResult(one, 'bad', 'STLS-001', (result) => ({
          ...result,
          waiver: { reason: 'r', authority: 'a', expires: '9999-12-31', place: 'p' },
        })),
      'is waived against the expected deviations',
    ],
    [
      'a target that is declared otherwise',
      (one) => ({ ...one, targets: one.targets.map((target) => ({ ...target, domain: 'bank.test' })) }),
      'The targets file of the archive declares good otherwise than the record says.',
    ],
    [
      'a profile of another version',
      (one) => ({ ...one, profile: { ...one.profile, version: '2030.1' } }),
      'is not that of the archive',
    ],
  ])('with %s is refused', async (_, change, sentence) => {
    const forged = withRecord(files, change(recordOf(files)));
    expect((await examined(resealed(forged, null), null)).refused.join('\n')).toContain(sentence);
  });

  test('of the profile is refused, or comes from other code than ours and says so', async () => {
    const lenient = (content: Buffer) =>
      Buffer.from(content.toString().replace('STLS-001: fail', 'STLS-001: info'));
    const forged = withRecord(
      withFile(FILES.profile, lenient),
      mapResult(
        mapResult(recordOf(files), 'bad', 'STLS-001', (result) => ({ ...result, gate: 'info' })),
        'good',
        'STLS-001',
        (result) => ({ ...result, gate: 'info' }),
      ),
    );
    const { refused } = await examined(resealed(forged, null), null);
    expect(refused).toContain('catalog/profile.yaml is none of the profiles that tool/code.sha256 lists.');
  });

  test('of a report alone is refused', async () => {
    for (const name of ['report.html', 'junit.xml', 'summary.md']) {
      const changed = withFile(`runs/1/${name}`, (content) => Buffer.concat([content, Buffer.from('\n')]));
      expect((await examined(resealed(changed, null), null)).refused).toEqual([
        `${name} of run ${record.runId} is not what its record says.`,
      ]);
    }
  });

  test('that claims other code says what was not checked', async () => {
    const changed = withFile(FILES.code, (content) =>
      Buffer.concat([content, Buffer.from(`${'0'.repeat(64)}  suites/zzz.ts\n`)]),
    );
    const { refused, unchecked } = await examined(resealed(changed, null), null);
    expect(refused).toEqual([]);
    expect(unchecked.join('\n')).toContain('sealed by other code than that of this mailspec');
  });
});

describe('what cannot be sealed', () => {
  test('says why', async () => {
    const folder = at('mailspec-report');
    const run = (more: Partial<RunRecord>) => ({ runs: [{ folder, record: { ...record, ...more } }] });
    await writeFile(
      at('secret.yaml'),
      `${REFERENCE}  shop:\n    driver: container\n    image: x\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 25 }\n    env: { ADMIN_PASSWORD: hunter2 }\n`,
    );
    const cases: [Partial<SealRequest>, RegExp][] = [
      [{ out: signed }, /signed\.tar: The file exists; --out names another\./],
      [{ out: at('nowhere', 'x.tar') }, /cannot be written \(ENOENT\)/],
      [{ targetsFile: at('none.yaml') }, /none\.yaml: There is no such file\. --targets names/],
      [
        { targetsFile: at('secret.yaml') },
        /secret\.yaml:\d+:\d+: The value of ADMIN_PASSWORD stands in the file/,
      ],
      [run({ tool: { ...record.tool, commit: 'abc' } }), /was made by mailspec 0\.1\.0 \(abc\), and this is/],
      [run({ profile: { ...record.profile, title: 'x' } }), /profile baseline@\S+ was changed since run/],
      [run({ profile: { ...record.profile, version: '1999' } }), /has no version "1999"/],
      [
        { runs: [{ folder: at('gone'), record }] },
        /There is no such file\. Without it the run cannot be sealed\./,
      ],
      [
        run({ counts: { ...record.counts, pass: 9 } }),
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
    for (const [more, sentence] of cases) await expect(seal('refused.tar', more)).rejects.toThrow(sentence);
    expect((await readdir(cli.folder)).filter((name) => /sealing|refused/.test(name))).toEqual([]);
  });
});
