import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { diagnose } from '../../reports/model/diagnosis.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../../reports/model/record.ts';
import { loadChecks } from '../engine/load.ts';
import { visible } from '../evidence/visible.ts';
import { loadConsequences, loadKnownFaults } from '../runner/known-faults.ts';
import { type factsOf, planTarget, type Selection } from '../runner/plan.ts';
import type { Profile } from '../runner/profile.ts';
import { profileRecordOf } from '../runner/profile-record.ts';
import { loadRemedies, remediesFor } from '../runner/remedies.ts';
import { loadTranslations, translationsFor } from '../runner/translations.ts';
import { declarationsIn, type TargetDeclaration, vendorStatement } from '../targets/load.ts';
import { yamlSource } from '../targets/yaml-source.ts';
import { CATALOG_FOLDER, SUITES_FOLDER } from './own-code.ts';

const lockSchema = z.record(
  z.string(),
  z.union([
    z.object({ planned: z.string() }),
    z.object({
      slug: z.string(),
      level: z.string(),
      severity: z.string(),
      worst: z.literal('warn').optional(),
      clauses: z.array(z.string()),
    }),
  ]),
);

/** What the lock of an archive says of a requirement that has a check. */
export interface LockedCheck {
  readonly slug: string;
  readonly level: string;
  readonly severity: string;
  readonly worst?: 'warn' | undefined;
  readonly clauses: readonly string[];
}

/** The requirements of a lock that have a check, by code. @throws ZodError, YAMLParseError where it is no lock */
export function parseChecksLock(text: string): ReadonlyMap<string, LockedCheck> {
  const entries = Object.entries(lockSchema.parse(parse(text)));
  return new Map(entries.flatMap(([code, entry]) => ('planned' in entry ? [] : [[code, entry] as const])));
}

/** Whether a check belongs to a suite that somebody else wrote. */
export function isOfOthers(code: string, { suites = [] }: Pick<RunRecord, 'suites'>): boolean {
  return suites.some(({ prefix }) => code.startsWith(`${prefix}-`));
}

/**
 * Why a record does not fit to the lock and the profile of its archive: a requirement that is neither asked nor left
 * out in the open, one that is called otherwise, a gate that is not that of the profile. Empty where it does.
 */
export function catalogueProblems(
  record: RunRecord,
  lock: ReadonlyMap<string, LockedCheck>,
  profile: Profile,
): string[] {
  const problems: string[] = [];
  const due = profileRecordOf(profile, record.profile.strict);
  if (JSON.stringify(due) !== JSON.stringify(record.profile))
    problems.push(`The profile of run ${record.runId} is not that of the archive.`);
  for (const { prefix, slug } of record.suites ?? [])
    if ([...lock.keys()].some((code) => code.startsWith(`${prefix}-`)))
      problems.push(`The suite ${visible(slug)} of somebody else has a prefix of mailspec: ${prefix}.`);
  for (const target of record.targets) {
    const listed = [...target.results, ...target.notSelected].map(({ check }) => check as string);
    const where = `on ${target.name}`;
    for (const code of new Set(listed.filter((one, at) => listed.indexOf(one) !== at)))
      problems.push(`${code} ${where} is there twice.`);
    for (const code of lock.keys())
      if (!listed.includes(code))
        problems.push(`${code} ${where} was neither asked nor is said to be left out.`);
    for (const code of listed)
      if (!lock.has(code) && !isOfOthers(code, record))
        problems.push(`${visible(code)} ${where} is no requirement of the archive.`);
    for (const result of target.results)
      problems.push(...gateProblems(result, lock.get(result.check), profile));
  }
  return problems;
}

function gateProblems(result: GatedResult, locked: LockedCheck | undefined, { gates }: Profile): string[] {
  const { check, target, gate, slug, level, severity, clauses } = result;
  if (!locked) return [];
  const problems: string[] = [];
  const due = gates[check];
  // What its operator claims of a target makes a failure count in every profile.
  if (gate !== due && gate !== 'fail')
    problems.push(
      `${check} on ${target} has the gate ${gate}, and the profile says ${due ?? 'nothing of it'}.`,
    );
  const [stated, said] = [
    [slug, level, severity, clauses],
    [locked.slug, locked.level, locked.severity, locked.clauses],
  ];
  if (JSON.stringify(stated) !== JSON.stringify(said))
    problems.push(`${check} on ${target} is not what the lock of the archive says of it.`);
  return problems;
}

/** The targets that the file of an archive declares. @throws ConfigurationError */
export function declarationsOf(text: string): readonly TargetDeclaration[] {
  return declarationsIn(yamlSource('targets.yaml', text), 'targets.yaml');
}

/** Why the targets of a record are not those of its file; empty where they are. */
export function declarationProblems(
  { targets }: RunRecord,
  declarations: readonly TargetDeclaration[],
): string[] {
  return targets.flatMap(({ name, driver, domain, hostname, conformanceStatement }) => {
    const found = declarations.find((one) => one.name === name);
    if (!found) return [`The targets file of the archive declares no ${name}.`];
    const isSame = found.driver === driver && found.domain === domain && found.hostname === hostname;
    const stated = JSON.stringify(vendorStatement(found));
    if (stated !== JSON.stringify(conformanceStatement))
      return [`The conformance statement of ${name} is not that of the targets file of the archive.`];
    return isSame ? [] : [`The targets file of the archive declares ${name} otherwise than the record says.`];
  });
}

/**
 * Why a record is not what this mailspec makes of its results: plan, texts of the checks, causes, remedies,
 * translations. Empty where it is. Only for archives that were sealed by this very code.
 * @throws ConfigurationError where `--only` or `--skip` named a suite of somebody else
 */
export async function recomputationProblems(
  record: RunRecord,
  profile: Profile,
  declarations: readonly TargetDeclaration[],
): Promise<string[]> {
  const [checks, faults, consequences, remedies, translations] = await Promise.all([
    loadChecks(SUITES_FOLDER),
    loadKnownFaults(CATALOG_FOLDER),
    loadConsequences(CATALOG_FOLDER),
    loadRemedies(join(CATALOG_FOLDER, 'remedies')),
    loadTranslations(join(CATALOG_FOLDER, 'japanese')),
  ]);
  const problems: string[] = [];
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  for (const target of record.targets) {
    const declaration = declarations.find(({ name }) => name === target.name);
    if (!declaration) continue;
    const plan = planTarget(checks, declaration, profile, selectionOf(record));
    const own = ownOf(target, record);
    if (!isSame(plan.notSelected, own.notSelected))
      problems.push(
        `What was left out on ${target.name} is not what the targets file, the profile and the selection leave out.`,
      );
    const stated = own.results.map((result) => ({ facts: statedFacts(result), gate: result.gate }));
    if (!isSame(plan.selected, stated))
      problems.push(
        `What was asked of ${target.name}, by which gates and in which words, is not what this mailspec asks.`,
      );
    if (!isSame(diagnose(target.results, faults, consequences), target.causes ?? []))
      problems.push(`The causes of ${target.name} do not follow from its results.`);
  }
  const all = record.targets.flatMap(({ results }) => results);
  if (!isSame(remediesFor(all, remedies), record.remedies))
    problems.push(`The remedies of run ${record.runId} are not those of this mailspec.`);
  if (!isSame(translationsFor(all, translations), record.translations))
    problems.push(`The translations of run ${record.runId} are not those of this mailspec.`);
  return problems;
}

function statedFacts(result: GatedResult): ReturnType<typeof factsOf> {
  const { check, slug, suite, title, sends, demands, level, severity, clauses, limits, source } = result;
  return { check, slug, suite, title, sends, demands, level, severity, clauses, limits, source };
}

function ownOf(
  { results, notSelected }: TargetRecord,
  record: RunRecord,
): Pick<TargetRecord, 'results' | 'notSelected'> {
  return {
    results: results.filter(({ check }) => !isOfOthers(check, record)),
    notSelected: notSelected.filter(({ check }) => !isOfOthers(check, record)),
  };
}

/** The selection of a run; of one that asked a part again, what it asked. */
function selectionOf({ selection, rerunOf, targets }: RunRecord): Selection {
  if (!rerunOf) return selection;
  const checks = Object.fromEntries(
    targets.map(({ name, results }) => [name, results.map(({ check }) => check as string)]),
  );
  return { ...selection, again: { runId: rerunOf.runId, checks, of: rerunOf.of } };
}
