import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { signPayload } from './dsse.ts';
import { FILES } from './layout.ts';
import {
  type Files,
  mapResult,
  passed,
  recordOf,
  resealed,
  withFile,
  withPassingEvidence,
  withRecord,
} from './testing/forge.ts';
import { openSealedRun, privateKey, type SealedRun } from './testing/sealed-run.ts';

const attacker = generateKeyPairSync('ed25519');

let run: SealedRun;
let files: Files;
beforeAll(async () => {
  run = await openSealedRun();
  files = run.files;
});
afterAll(() => run.cli.remove());

describe('a forgery that fits together', () => {
  const conformant = () =>
    withRecord(files, { ...mapResult(recordOf(files), 'bad', 'STLS-001', passed), remedies: [] });

  test('is refused by its evidence where that was left alone, signed by whomever', async () => {
    const forged = conformant();
    expect(recordOf(forged)).toMatchObject({ conclusion: 'conformant', exitCode: 0 });
    const { refused } = await run.examined(resealed(forged, null), null);
    expect(refused.join('\n')).toContain('STLS-001 on bad: Its evidence says that');
    const own = resealed(forged, (payload) => signPayload(payload, attacker.privateKey));
    expect((await run.examined(own, attacker.publicKey)).refused.join('\n')).toContain(
      'Its evidence says that',
    );
  });

  test('of evidence too agrees with itself, is said to be vouched for by nobody, and has no signature', async () => {
    const forged = withPassingEvidence(files, 'bad', 'STLS-001');
    const alone = await run.examined(resealed(forged, null), null);
    expect(alone).toMatchObject({
      refused: [],
      signature: 'unsigned',
      predicate: { conclusion: 'conformant' },
    });
    expect(alone.unchecked[0]).toContain('nobody vouches for it');
    expect((await run.examined(resealed(forged, null))).refused).toEqual([
      'The archive is unsigned, and a signature of the key is demanded.',
    ]);
    const own = resealed(forged, (payload) => signPayload(payload, attacker.privateKey));
    expect((await run.examined(own)).refused).toEqual([expect.stringContaining('signed by another key')]);
    // With the name of the key, and with the seal of the true archive.
    const lying = resealed(forged, (payload) => ({
      ...signPayload(payload, attacker.privateKey),
      keyId: signPayload(payload, privateKey).keyId,
    }));
    expect((await run.examined(lying)).refused).toEqual([
      'The signature is not one of the key over this statement.',
    ]);
    const old = new Map(forged).set(FILES.signed, files.get(FILES.signed) ?? Buffer.alloc(0));
    expect((await run.examined(old)).refused.join('\n')).toContain(
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
      'a conformance statement that nobody made',
      (one) => ({
        ...one,
        targets: one.targets.map((target) => ({
          ...target,
          conformanceStatement: { vendor: 'v', product: 'p', version: '1', features: { dnssec: true } },
        })),
      }),
      'The conformance statement of good is not that of the targets file of the archive.',
    ],
    [
      'a suite of somebody else that takes a prefix of ours',
      (one) => ({ ...one, suites: [{ prefix: 'STLS', slug: 'other-tls', topic: 't', owner: 'o' }] }),
      'The suite other-tls of somebody else has a prefix of mailspec: STLS.',
    ],
    [
      'a profile of another version',
      (one) => ({ ...one, profile: { ...one.profile, version: '2030.1' } }),
      'is not that of the archive',
    ],
  ])('with %s is refused', async (_, change, sentence) => {
    const forged = withRecord(files, change(recordOf(files)));
    expect((await run.examined(resealed(forged, null), null)).refused.join('\n')).toContain(sentence);
  });

  test('of the profile is refused, or comes from other code than ours and says so', async () => {
    const lenient = (content: Buffer) =>
      Buffer.from(content.toString().replace('STLS-001: fail', 'STLS-001: info'));
    const forged = withRecord(
      withFile(files, FILES.profile, lenient),
      mapResult(
        mapResult(recordOf(files), 'bad', 'STLS-001', (result) => ({ ...result, gate: 'info' })),
        'good',
        'STLS-001',
        (result) => ({ ...result, gate: 'info' }),
      ),
    );
    const { refused } = await run.examined(resealed(forged, null), null);
    expect(refused).toContain('catalog/profile.yaml is none of the profiles that tool/code.sha256 lists.');
  });

  test('of a report alone is refused', async () => {
    for (const name of ['report.html', 'junit.xml', 'summary.md']) {
      const changed = withFile(files, `runs/1/${name}`, (content) =>
        Buffer.concat([content, Buffer.from('\n')]),
      );
      expect((await run.examined(resealed(changed, null), null)).refused).toEqual([
        `${name} of run ${run.record.runId} is not what its record says.`,
      ]);
    }
  });

  test('that claims other code says what was not checked', async () => {
    const changed = withFile(files, FILES.code, (content) =>
      Buffer.concat([content, Buffer.from(`${'0'.repeat(64)}  suites/zzz.ts\n`)]),
    );
    const { refused, unchecked } = await run.examined(resealed(changed, null), null);
    expect(refused).toEqual([]);
    expect(unchecked.join('\n')).toContain('sealed by other code than that of this mailspec');
  });
});

describe('a file of somebody who means harm is refused, and ends nothing', () => {
  const levels = 9;
  const bomb = `a0: &a0 [x]\n${[...Array(levels).keys()]
    .map((level) => `a${level + 1}: &a${level + 1} [${Array(12).fill(`*a${level}`).join(', ')}]\n`)
    .join('')}`;
  test.each([
    ['nothing', ''],
    ['null', 'null\n'],
    ['nesting without end', '['.repeat(60_000)],
    ['aliases that multiply', bomb],
    ['octets that are no text', '\xff\xfe\x00'],
  ])('%s', async (_, text) => {
    for (const name of [FILES.targets, FILES.checksLock, FILES.profile, FILES.profilesLock, FILES.code]) {
      const changed = withFile(files, name, () => Buffer.from(text, 'latin1'));
      expect((await run.examined(changed, null)).refused, name).not.toEqual([]);
    }
    const targets = withFile(files, FILES.targets, () => Buffer.from(text, 'latin1'));
    expect((await run.examined(resealed(targets, null), null)).refused).not.toEqual([]);
    const record = withFile(files, 'runs/1/results.json', () => Buffer.from(text, 'latin1'));
    expect((await run.examined(record, null)).refused[0]).toContain('is not one that this mailspec can read');
  });
});
