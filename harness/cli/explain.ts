import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeClause } from '../../reports/model/clause.ts';
import { ENGLISH } from '../../reports/writers/html/english.ts';
import { type Control, controlsOf } from '../check/control.ts';
import type { Check } from '../check/define.ts';
import { MAILSPEC } from '../engine/rerun.ts';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { FAULTS } from '../model/faults.ts';
import { meant } from '../model/nearest.ts';
import { ROLES } from '../model/roles.ts';
import { loadProfile, type Profile, profileNames } from '../runner/profile.ts';
import { loadRemedies } from '../runner/remedies.ts';
import { type Catalogue, loadCatalogue } from './load-catalogue.ts';
import { CATALOG_FOLDER, REMEDIES_FOLDER } from './suites-folder.ts';

const killMatrixSchema = z.record(z.string(), z.record(z.string(), z.string()));
const plannedSchema = z.record(z.string(), z.string()).nullable();

/** Everything there is to know about a check. */
type Explanation = Awaited<ReturnType<typeof explain>>;

/**
 * `mailspec explain`: what a check asks, why, what a profile makes of it, and how it is proven.
 * @throws ConfigurationError for a code that does not exist
 */
export async function explainCommand(
  code: string,
  { json, suites }: { readonly json: boolean; readonly suites?: readonly string[] },
): Promise<void> {
  const catalogue = await loadCatalogue(suites);
  const control = controlNamed(catalogue, code);
  if (control)
    return void process.stdout.write(json ? `${JSON.stringify(control, null, 2)}\n` : textOfControl(control));
  const explanation = await explain(catalogue, await checkOf(catalogue, code));
  process.stdout.write(json ? `${JSON.stringify(explanation, null, 2)}\n` : textOf(explanation));
}

/** A control by its name, and the checks that build on it; undefined where there is none of that name. */
function controlNamed({ checks }: Catalogue, name: string) {
  const found = checks
    .flatMap(({ definition }) => controlsOf(definition))
    .find(({ definition }) => definition.id === name.toLowerCase());
  if (!found) return undefined;
  const { id, title, roles, effect, safety, budget } = found.definition;
  const builders = checks.filter(({ definition }) => controlsOf(definition).includes(found));
  return {
    control: id,
    title,
    roles,
    effect,
    safety,
    budget,
    checks: builders.map(({ definition }) => definition.id),
    source: found.source,
  };
}

function controlFacts({ definition: { id, title } }: Control<unknown>) {
  return { control: id, title };
}

function textOfControl(one: NonNullable<ReturnType<typeof controlNamed>>): string {
  return [
    `${pc.bold(one.control)} (control)`,
    `  ${one.title}`,
    '',
    ...factLines([
      ['Roles', [one.roles.map((role) => `${role} (${ROLES[role].port})`).join(', ')]],
      ['Effect', [`${one.effect}, permission ${one.safety}, within ${one.budget}, once per target`]],
      ['Built on by', [one.checks.join(', ')]],
      ['Written in', [`${one.source.file}:${one.source.line}`]],
    ]),
    '',
  ].join('\n');
}

async function checkOf({ checks }: Catalogue, code: string): Promise<Check> {
  const wanted = code.toUpperCase();
  const check = checks.find(({ definition }) => definition.id === wanted);
  if (check) return check;
  const planned = plannedSchema.parse(parse(await catalog('planned.yaml')))?.[wanted];
  if (planned !== undefined) {
    throw new ConfigurationError(`${wanted} has a code and no check yet: ${planned}`);
  }
  const known = [
    ...checks.map(({ definition }) => definition.id),
    ...new Set(checks.flatMap(({ definition }) => controlsOf(definition).map((one) => one.definition.id))),
  ];
  throw new ConfigurationError(
    `There is no check "${visible(code)}"; ${meant(code, known, 'mailspec list shows all of them.')}`,
  );
}

/** The versions in force of the profiles of mailspec, and of those beside other suites, which may have none. */
async function profilesIn(folders: readonly string[]): Promise<readonly Profile[]> {
  const found = folders.map(async (folder) => {
    const names = await profileNames(folder).catch((): readonly string[] => []);
    return Promise.all(names.map((name) => loadProfile(folder, name)));
  });
  return (await Promise.all(found)).flat();
}

async function explain({ suites, profiles: folders, gates: others }: Catalogue, check: Check) {
  const { definition, suite, source } = check;
  const profiles = await profilesIn(folders);
  const matrix = killMatrixSchema.parse(parse(await catalog('kill-matrix.yaml')));
  const faults: Readonly<Record<string, string>> = FAULTS;
  const seen = Object.entries(matrix).flatMap(([fault, verdicts]) => {
    const verdict = verdicts[definition.id];
    return verdict === undefined ? [] : [{ fault, verdict, does: faults[fault] ?? '' }];
  });
  return {
    check: definition.id,
    slug: definition.slug,
    suite,
    topic: suites.find(({ slug }) => slug === suite)?.topic ?? '',
    title: definition.title,
    sends: definition.sends,
    demands: definition.demands,
    level: definition.level,
    worst: definition.worst ?? 'fail',
    severity: definition.severity,
    clauses: definition.clauses.map(describeClause),
    roles: definition.roles,
    needs: definition.needs,
    effect: definition.effect,
    safety: definition.safety,
    budget: definition.budget,
    buildsOn: (definition.buildsOn ?? []).map(controlFacts),
    considers: (definition.considers ?? []).map(controlFacts),
    overIpv6: definition.overIpv6 ? controlFacts(definition.overIpv6) : null,
    upholds: definition.upholds ?? [],
    limits: definition.limits ?? [],
    gates: profiles.map(({ id, gates, clauses }) => ({
      profile: id,
      gate: gates[definition.id] ?? others.get(suite) ?? null,
      /** Where the profile does not name the check, and its suite says what a failure means. */
      ...(gates[definition.id] === undefined && others.has(suite) ? { bySuite: true } : {}),
      clauses: clauses.filter(({ checks }) => checks.includes(definition.id)).map((clause) => clause.id),
    })),
    remedies: (await loadRemedies(REMEDIES_FOLDER)).filter(({ checks }) => checks.includes(definition.id)),
    faults: seen,
    source,
  };
}

type Facts = readonly (readonly [name: string, lines: readonly string[]])[];

/** Facts with their names, one line each; those without a value are left out. */
function factLines(facts: Facts): string[] {
  return facts
    .filter(([, values]) => values.length > 0)
    .flatMap(([name, values]) =>
      values.map((value, index) => `  ${pc.dim((index === 0 ? name : '').padEnd(11))} ${value}`),
    );
}

function textOf(one: Explanation): string {
  const { level, severity } = one;
  const facts: Facts = [
    ['Sends', [one.sends]],
    ['Demands', [one.demands]],
    [
      'Level',
      [`${level}: ${ENGLISH.levels[level]}${one.worst === 'warn' ? ' It can warn, and never fail.' : ''}`],
    ],
    ['Severity', [`${severity}: ${ENGLISH.severities[severity].meaning}`]],
    ['Clauses', one.clauses.map(({ label, url }) => (url === null ? label : `${label}  ${url}`))],
    ['Roles', [one.roles.map((role) => `${role} (${ROLES[role].port})`).join(', ')]],
    ['Needs', [one.needs.length === 0 ? 'nothing but a client' : one.needs.join(', ')]],
    ['Effect', [`${one.effect}, permission ${one.safety}, within ${one.budget}`]],
    ['Builds on', one.buildsOn.map(({ control, title }) => `${control}: ${title}`)],
    ['Considers', one.considers.map(({ control, title }) => `${control}: ${title}`)],
    ['Over IPv6', one.overIpv6 ? [`too, by ${one.overIpv6.control}: ${one.overIpv6.title}`] : []],
    ['Limits', one.limits],
    [
      'Upholds',
      one.upholds.map((name) => `where the target claims ${name}, a failure counts in every profile`),
    ],
    ['Profiles', one.gates.map(gateLine)],
    ['Mend', one.remedies.flatMap(remedyLines)],
    ['Proven by', one.faults.map(({ fault, verdict, does }) => `${verdict.padEnd(4)} ${fault}: ${does}`)],
    ['Written in', [`${one.source.file}:${one.source.line}`]],
    ['Run', [`${MAILSPEC.join(' ')} audit <target> --only ${one.check}`]],
  ];
  return [
    `${pc.bold(one.check)} ${one.slug} (${one.suite})`,
    `  ${one.title}`,
    '',
    ...factLines(facts),
    '',
  ].join('\n');
}

function gateLine({ profile, gate, clauses, bySuite }: Explanation['gates'][number]): string {
  if (bySuite) return `${profile.padEnd(20)} ${gate} (by "gate" of its suite; the profile does not name it)`;
  const decides = clauses.length === 0 ? '' : ` (decides ${clauses.join(', ')})`;
  return `${profile.padEnd(20)} ${gate ?? 'not part of it'}${decides}`;
}

function remedyLines({ advice, servers }: Explanation['remedies'][number]): string[] {
  return [
    advice.en,
    ...servers.flatMap(({ server, lines }) => [pc.dim(server), ...lines.map((line) => `  ${line}`)]),
  ];
}

function catalog(file: string): Promise<string> {
  return readFile(join(CATALOG_FOLDER, file), 'utf8');
}
