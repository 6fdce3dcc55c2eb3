import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { createSlots } from '../engine/slots.ts';
import { loadTargets } from '../targets/load.ts';
import { composeForTests, engineForTests } from '../targets/testing/engine.ts';
import {
  type ExpectedVerdicts,
  firstOf,
  readExpected,
  targetNameOf,
  verdictsOf,
} from './expected-verdicts.ts';
import { changedSince, dueByChange, type Inputs, imagesAsked, inputsOf } from './inputs.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const EXPECTED = fileURLToPath(new URL('expected/', import.meta.url));
/** Containers audited at the same time: they share the processors with their clients. */
const TOGETHER = 4;

/** Codes and suites. */
interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** By file: `<target>.yaml`, or `<target>.<part>.yaml` where a part of the catalogue is judged in a run of its own. */
const targets = new Map<string, ExpectedVerdicts>();
for (const file of (await readdir(EXPECTED)).sort()) {
  targets.set(file.replace(/\.yaml$/, ''), await readExpected(join(EXPECTED, file)));
}
/**
 * All of them take more than an hour on two processors; those of every run show each image and kind of mistake.
 * Where MAILSPEC_IMAGES=changed:<branch>, a few more are judged whose image or suites this branch changed.
 */
const { which: WHICH, branch: BRANCH } = imagesAsked();
const AT_MOST_BY_CHANGE = 1;
const byChange = WHICH === 'changed' ? await namesByChange(BRANCH) : [];
const isDue = (name: string) =>
  WHICH === 'all' || targets.get(name)?.always === true || byChange.includes(name);
const left = [...targets.keys()].filter((name) => !isDue(name));
const isComposed = (name: string) => name.startsWith('compose-');
const checksOf = (name: string): Selection => ({
  only: targets.get(name)?.only ?? [],
  skip: Object.keys(targets.get(name)?.skip ?? {}),
});
/** Targets that are judged by the same checks, a few of which are audited in one run. */
const groups = [
  ...Map.groupBy([...targets.keys()].filter(isDue), (name) =>
    JSON.stringify([checksOf(name), isComposed(name)]),
  ).values(),
].flatMap((names) =>
  Array.from({ length: Math.ceil(names.length / TOGETHER) }, (_, batch) => ({
    checks: checksOf(names[0] ?? ''),
    names: names.slice(batch * TOGETHER, (batch + 1) * TOGETHER),
  })),
);
const servers = new Set([...targets.keys()].map(targetNameOf));
const hasEngine = await engineForTests(`verdicts on ${servers.size} real servers in containers`);
const hasCompose = hasEngine && (await composeForTests('verdicts on real servers that are compose projects'));

if (left.length > 0)
  describe.skip('real servers that are audited where MAILSPEC_IMAGES=all, because they take more than an hour', () => {
    test.each(left)('%s is judged as committed', () => undefined);
  });

/** The first audit of each group; they share the room for containers, because most of each is waiting. */
const audits = new Map<(typeof groups)[number], Promise<RunRecord>>();
const room = createSlots(TOGETHER);
beforeAll(() => {
  for (const group of groups) {
    if (!(group.names.some(isComposed) ? hasCompose : hasEngine)) continue;
    const audit = audited(group.names.map(targetNameOf), group.checks);
    // Its tests tell what went wrong.
    audit.catch(() => undefined);
    audits.set(group, audit);
  }
});

for (const group of groups) {
  const { checks, names } = group;
  const isPossible = names.some(isComposed) ? hasCompose : hasEngine;
  describe.skipIf(!isPossible)(
    `real servers in containers, judged by ${checks.only.join(' ') || 'everything'}`,
    () => {
      let record: RunRecord;

      beforeAll(async () => {
        const audit = audits.get(group);
        if (!audit) throw new Error(`${names.join(', ')} were not audited.`);
        record = await audit;
      }, 1_800_000);

      for (const name of names) {
        test(`${name} is judged as committed`, { timeout: 900_000 }, async () => {
          const expected = targets.get(name);
          const server = targetNameOf(name);
          if (!expected) throw new Error(`${name} has no expected verdicts.`);
          const due = verdictsOf(expected);
          const first = targetOf(record, server);
          const surprising = first.results.filter(({ check, verdict }) => due[check] !== verdict);
          // A machine that stalls can change what a server does within a deadline: what surprises is asked
          // again, of the server alone. What is really different stays so.
          const asked = surprising.map(({ check }) => check).filter((code) => due[code] !== undefined);
          const second =
            first.failure !== null
              ? await audited([server], checks)
              : asked.length > 0
                ? await audited([server], { only: asked, skip: [] })
                : record;
          const again = targetOf(second, server);
          expect(again.failure).toBeNull();
          const results = new Map(
            [...first.results, ...again.results].map((result) => [result.check, result] as const),
          );
          const surprises = [...results.values()]
            .filter(({ check, verdict }) => due[check] !== verdict)
            .map(({ check, verdict, reason }) => `${check} is ${verdict}: ${reason}`);
          expect(
            Object.fromEntries([...results.values()].map(({ check, verdict }) => [check, verdict])),
            surprises.join('\n'),
          ).toEqual(due);
          if (expected.first !== undefined) expect(firstOf(first)).toBe(expected.first);
          // The conclusion is of one run: where checks were asked again, that run has the others left out.
          if (second === record || first.failure !== null) expect(again.conclusion).toBe(expected.conclusion);
        });
      }
    },
  );
}

async function namesByChange(branch: string): Promise<string[]> {
  const declarations = new Map((await loadTargets('targets.yaml')).map((one) => [one.name, one] as const));
  const inputs = new Map<string, Inputs>();
  for (const [name, expected] of targets) {
    const declaration = declarations.get(targetNameOf(name));
    if (declaration && !expected.always) inputs.set(name, await inputsOf(name, expected, declaration));
  }
  return dueByChange(inputs, await changedSince(branch)).slice(0, AT_MOST_BY_CHANGE);
}

/** The record of an audit by these checks; all of them where `only` names none. Waits until there is room. */
async function audited(names: readonly string[], checks: Selection): Promise<RunRecord> {
  const leave = await room.take(names.length);
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-verdicts-'));
  try {
    await audit(names, checks, folder);
    return JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
  } finally {
    leave();
    await rm(folder, { recursive: true, force: true });
  }
}

function targetOf(record: RunRecord, name: string): RunRecord['targets'][number] {
  const target = record.targets.find((one) => one.name === name);
  if (!target) throw new Error(`${name} is not in the record.`);
  return target;
}

/** The audit as a user runs it; exit codes 0 to 2 are conclusions. */
function audit(names: readonly string[], { only, skip }: Selection, out: string): Promise<void> {
  const selection = [
    ...(only.length > 0 ? ['--only', ...only] : []),
    ...(skip.length > 0 ? ['--skip', ...skip] : []),
  ];
  const args = [CLI, 'audit', ...names, '--out', out, '--concurrency', String(TOGETHER), ...selection];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1_048_576 }, (failure, _stdout, stderr) => {
      const code = failure === null ? 0 : failure.code;
      if (typeof code === 'number' && code <= 2) resolve();
      else reject(new Error(`mailspec audit ended with ${code}: ${stderr}`));
    });
  });
}
