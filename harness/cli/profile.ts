import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Gate } from '../../reports/model/record.ts';
import { loadChecks } from '../engine/load.ts';
import { logLine } from '../evidence/log-line.ts';
import { printable } from '../evidence/visible.ts';
import { compareProfiles, type GateChange } from '../runner/compare-profiles.ts';
import { allProfiles, loadProfile } from '../runner/profile.ts';
import { profileDigest, readProfileLock, versionName } from '../runner/profile-lock.ts';
import { CATALOG_FOLDER, PROFILES_FOLDER, SUITES_FOLDER } from './suites-folder.ts';

/** What becomes of a version: `frozen` never changes, `unreleased` may, and nobody watches over the others. */
type VersionState = 'frozen' | 'unreleased' | 'not locked';

/** `mailspec profile list`: every version of every profile, whether it may change, and how much it demands. */
export async function profileListCommand(json: boolean): Promise<void> {
  const [files, lock] = await Promise.all([allProfiles(PROFILES_FOLDER), readProfileLock(CATALOG_FOLDER)]);
  const rows = files.map((file) => {
    const { profile, stem } = file;
    const name = versionName(profile);
    const state: VersionState = profile.unreleased ? 'unreleased' : lock.has(name) ? 'frozen' : 'not locked';
    const gates = Object.values(profile.gates);
    const count = (gate: Gate) => gates.filter((one) => one === gate).length;
    return {
      profile: name,
      title: profile.title,
      state,
      inForce: stem === profile.id,
      verification: profile.verification,
      gates: { fail: count('fail'), warn: count('warn'), info: count('info') },
      sha256: profileDigest(file),
    };
  });
  if (json) return write(`${JSON.stringify(rows, null, 2)}\n`);
  const width = Math.max(...rows.map(({ profile }) => profile.length));
  for (const { profile, title, state, inForce, gates } of rows)
    say(
      `${profile.padEnd(width)}  ${inForce ? 'in force' : 'earlier '}  ${state.padEnd(10)}  ${gates.fail} fail, ${gates.warn} warn, ${gates.info} info  ${title}`,
    );
}

/**
 * `mailspec profile diff`: the requirements that entered or left, and those whose failure means something else.
 * @throws ConfigurationError where there is no such profile or version
 */
export async function profileDiffCommand(before: string, after: string, json: boolean): Promise<void> {
  const [old, young] = [
    await loadProfile(PROFILES_FOLDER, before),
    await loadProfile(PROFILES_FOLDER, after),
  ];
  const titles = await titlesOf();
  const { entered, left, changed, same } = compareProfiles(old, young, [...titles.keys()]);
  const titled = (all: readonly GateChange[]) =>
    all.map((one) => ({ ...one, title: titles.get(one.check) ?? null }));
  const names = { before: versionName(old), after: versionName(young) };
  if (json) {
    const lists = { entered: titled(entered), left: titled(left), changed: titled(changed) };
    return write(`${JSON.stringify({ ...names, ...lists, same }, null, 2)}\n`);
  }
  say(`${names.before} → ${names.after}`);
  const list = (head: string, all: readonly GateChange[], gate: (one: GateChange) => string) => {
    if (all.length > 0) say(`${head} (${all.length})`);
    for (const one of titled(all))
      say(`  ${one.check.padEnd(9)} ${gate(one)}  ${one.title ?? 'a check of this code does not exist'}`);
  };
  list('entered', entered, (one) => `${one.after}`.padEnd(4));
  list('left', left, (one) => `${one.before}`.padEnd(4));
  list('other gate', changed, (one) => `${one.before} → ${one.after}`.padEnd(11));
  say(`${same} requirements have the same gate.`);
}

/** Titles by code, in the order of the suites; a requirement without a check yet has the reason. */
async function titlesOf(): Promise<ReadonlyMap<string, string>> {
  const checks = await loadChecks(SUITES_FOLDER);
  const text = await readFile(join(CATALOG_FOLDER, 'planned.yaml'), 'utf8');
  const planned = z.record(z.string(), z.string()).nullable().parse(parse(text)) ?? {};
  return new Map([
    ...checks.map(({ definition }) => [definition.id as string, definition.title] as const),
    ...Object.entries(planned).map(([code, why]) => [code, `no check yet: ${why}`] as const),
  ]);
}

function say(line: string): void {
  write(`${logLine(printable(line))}\n`);
}

function write(text: string): void {
  process.stdout.write(text);
}
