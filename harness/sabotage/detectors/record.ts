import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckDefinition } from '../../check/define.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import type { Verdict } from '../../model/verdict.ts';
import { assembleRecord } from '../../runner/assemble.ts';
import { openJournal, readJournal } from '../../runner/journal.ts';
import { planTarget } from '../../runner/plan.ts';
import { resultOf } from '../../runner/testing/result.ts';
import { type Detector, untrue } from '../findings.ts';

const made = (id: CheckDefinition['id'], over: Partial<CheckDefinition> = {}) =>
  checkOf(async () => {}, { id, ...over });
const FIRST = made('SMTP-001');
const SECOND = made('SMTP-002');
const FORBIDDEN = made('SMTP-003', { safety: 'intrusive' });
const PROFILE = {
  id: 'test',
  version: '1',
  title: 'Test',
  description: 'Test',
  verification: 'verified',
  clauses: [],
  gates: { 'SMTP-001': 'fail', 'SMTP-002': 'fail', 'SMTP-003': 'fail' },
} as const;
const EXPECTED = {
  target: 'mail',
  check: 'SMTP-002',
  verdict: 'fail',
  reason: 'It is known.',
  authority: 'Operations',
  expires: '9999-12-31',
  place: 'mailspec-expected.yaml:3:5',
} as const;
const SELECTION = { only: [], skip: [] };

interface Run {
  readonly second: Verdict | null;
  readonly interrupted?: string;
  readonly failure?: string;
  readonly disagreement?: string;
  /** Whether it is expected that the second check fails. */
  readonly expected?: boolean;
}

/** The record starts from the plan, and concludes from what the journal says and from nothing else. */
const detect: Detector = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-record-'));
  let runs = 0;
  const concluded = async ({
    second,
    interrupted,
    failure,
    disagreement,
    expected = false,
  }: Run): Promise<string> => {
    runs += 1;
    const journalFile = join(folder, `${runs}.jsonl`);
    const journal = openJournal(journalFile);
    journal.append({ kind: 'result', result: resultOf(FIRST, 'pass') });
    if (second !== null) journal.append({ kind: 'result', result: resultOf(SECOND, second) });
    journal.close();
    const written = readJournal(journalFile).length;
    const record = await assembleRecord(
      {
        runId: 'test',
        startedAt: new Date(),
        finishedAt: new Date(),
        interrupted: interrupted ?? null,
        profile: PROFILE,
        strict: false,
        selection: SELECTION,
        expected: expected ? [EXPECTED] : [],
        remedies: [],
        knownFaults: [],
        consequences: {},
        translations: [],
        checks: ['SMTP-001', 'SMTP-002'],
        declared: ['mail'],
        rerunOptions: [],
        engine: null,
      },
      [
        {
          plan: planTarget(
            [FIRST, SECOND, FORBIDDEN],
            { name: 'mail', permissions: ['safe'], settings: {} },
            PROFILE,
            SELECTION,
          ),
          declaration: {
            name: 'mail',
            driver: 'host',
            domain: 'example.test',
            hostname: 'mail.example.test',
            at: { file: 'targets.yaml', line: 3 },
          },
          target: null,
          lab: null,
          artefact: {},
          failure: failure ?? null,
          journalFile,
          disagreements: new Map(disagreement === undefined ? [] : [['SMTP-002', disagreement]]),
        },
      ],
    );
    const verdicts = record.targets.flatMap(({ results }) => results.map(({ verdict }) => verdict));
    return `${written} lines: ${verdicts.join(', ')}: ${record.conclusion} ${record.exitCode}`;
  };
  try {
    const good = await concluded({ second: 'pass' });
    const bad = await concluded({ second: 'fail' });
    const lost = await concluded({ second: null });
    const open = await concluded({ second: 'inconclusive' });
    const disputed = await concluded({ second: 'pass', disagreement: 'the test failed' });
    const cut = await concluded({ second: 'pass', interrupted: 'it was asked to stop.' });
    const waived = await concluded({ second: 'fail', expected: true });
    const mended = await concluded({ second: 'pass', expected: true });
    const dead = await concluded({ second: 'pass', failure: 'It did not start.' });
    return untrue(
      [good === '2 lines: pass, pass: conformant 0', `Two passes are ${good}.`],
      [bad === '2 lines: pass, fail: non-conformant 1', `A fail beside a pass is ${bad}.`],
      [lost === '1 lines: pass, not-run: undetermined 2', `A result that was lost is ${lost}.`],
      [open === '2 lines: pass, inconclusive: undetermined 2', `An open question is ${open}.`],
      [disputed === '2 lines: pass, error: undetermined 2', `A result that is disputed is ${disputed}.`],
      [cut === '2 lines: pass, pass: undetermined 2', `A run that was cut short is ${cut}.`],
      [waived === '2 lines: pass, fail: non-conformant 0', `A fail that is expected is ${waived}.`],
      [mended === '2 lines: pass, pass: conformant 4', `An expected fail that passed is ${mended}.`],
      [dead === '2 lines: not-run, not-run: undetermined 2', `A target that did not start is ${dead}.`],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export default detect;
