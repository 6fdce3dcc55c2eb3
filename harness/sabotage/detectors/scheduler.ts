import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord } from '../../../reports/model/record.ts';
import { PASSWORD } from '../../engine/testing/peer-target.ts';
import { runAudit } from '../../runner/run.ts';
import { type Detector, untrue } from '../findings.ts';

const DEFINE = new URL('../../check/define.ts', import.meta.url).href;

/** Two checks: one leaves an error behind that nobody catches, the other wants to end the process. */
const SUITE = `import { check } from '${DEFINE}';
const facts = { title: 't', sends: 's', demands: 'd', level: 'MUST', severity: 'low', clauses: ['rfc5321#4'],
  roles: ['mx'], needs: [], effect: 'reads', safety: 'safe', budget: '9s', kills: ['mx-omits-starttls'] };
export const first = check({ id: 'SMTP-001', slug: 'first', ...facts }, async ({ verify, pause, account }) => {
  setTimeout(() => { throw new Error('nobody caught ' + account().password); }, 1);
  await pause(100);
  verify.that(true, { demand: 'd', expected: 'a', actual: 'a' });
});
export const second = check({ id: 'SMTP-002', slug: 'second', ...facts }, async ({ verify }) => {
  verify.that(true, { demand: 'd', expected: 'a', actual: 'a' });
  process.exit(0);
});
`;
const PROFILE = `id: test
version: "1"
title: Test
description: Test
verification: verified
gates: { SMTP-001: fail, SMTP-002: fail }
`;
const TARGETS = `version: 1
targets:
  nobody:
    driver: host
    address: 127.0.0.1
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 9 }
    timing: { reply: 1s }
    accounts: [{ address: alice@example.test, password: env:MAILSPEC_SABOTAGE_PASSWORD }]
`;

/** What goes wrong outside of every check is part of the run, without the secrets that it quotes. */
const detect: Detector = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-scheduler-'));
  try {
    await mkdir(join(folder, 'smtp-core'));
    await mkdir(join(folder, 'catalog', 'profiles'), { recursive: true });
    await writeFile(join(folder, 'smtp-core', 'made.check.ts'), SUITE);
    await writeFile(join(folder, 'catalog', 'profiles', 'test.yaml'), PROFILE);
    await writeFile(join(folder, 'targets.yaml'), TARGETS);
    process.env.MAILSPEC_SABOTAGE_PASSWORD = PASSWORD;
    await runAudit({
      targetsFile: join(folder, 'targets.yaml'),
      suitesFolder: folder,
      names: ['nobody'],
      folder: join(folder, 'out'),
      profile: 'test',
      selection: { only: [], skip: [] },
      expected: 'none',
      strict: false,
      concurrency: 1,
      listener: { onStarting: () => undefined, onPlanned: () => undefined, onResult: () => undefined },
      signal: new AbortController().signal,
    });
    const text = await readFile(join(folder, 'out', 'results.json'), 'utf8');
    const record: RunRecord = JSON.parse(text);
    const verdicts = record.targets.flatMap(({ results }) => results.map(({ verdict }) => verdict)).join();
    return untrue(
      [verdicts === 'pass,error', `The verdicts are ${verdicts}.`],
      [record.interrupted?.includes('nobody caught') === true, 'The error that nobody caught is forgotten.'],
      [!text.includes(PASSWORD), 'The password stands in the record.'],
    );
  } finally {
    delete process.env.MAILSPEC_SABOTAGE_PASSWORD;
    await rm(folder, { recursive: true, force: true });
  }
};

export default detect;
