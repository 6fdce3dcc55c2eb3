import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * The rooms of mailspec from the ground up. An import, of a type too, may only go to a room further down, or
 * stay in its own. A room is a folder with everything below it, unless a folder below it is a room itself.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['harness/evidence', 'harness/certificates', 'harness/net-mocks'],
  ['harness/model'],
  ['harness/wire', 'harness/containers'],
  ['harness/client', 'harness/messages', 'harness/public-dns', 'reports/model'],
  ['harness/authentication', 'harness/smime'],
  ['harness/check'],
  ['harness/steps', 'harness/lab'],
  ['suites', 'harness/engine'],
  ['harness/reference'],
  ['harness/targets'],
  ['harness/expected', 'reports/writers', 'reports/recount'],
  ['reports'],
  ['harness/runner'],
  ['harness/seal'],
  ['harness/cli', 'harness/images', 'harness/bench', 'harness/package', 'suites/proof'],
  ['harness/sabotage'],
  ['harness/proof'],
];

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SOURCES = globSync('{harness,suites,reports}/**/*.ts', {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
});

interface Import {
  readonly from: string;
  /** A file of the project, relative to it, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\('([^']+)'\)/gm;

const IMPORTS: readonly Import[] = SOURCES.flatMap((from) =>
  [...readFileSync(join(ROOT, from), 'utf8').matchAll(IMPORT)].map(
    ([, typeOnly, named, loaded = named ?? '']) => ({
      from,
      to: loaded.startsWith('.') ? relative(ROOT, join(ROOT, dirname(from), loaded)) : loaded,
      typeOnly: typeOnly !== undefined,
    }),
  ),
);

const ROOMS = FLOORS.flat();
/** The room of a file; undefined for a package, and for files that are in none. */
const roomOf = (path: string) =>
  ROOMS.filter((room) => path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];
const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));

/** Tests and what they are written with may look everywhere. */
const ofTests = (path: string) =>
  /\.test\.ts$|\.testing\.ts$|\/testing\/|^reports\/(fixtures|consumers)\//.test(path);
const violations = (rule: (one: Import) => boolean) =>
  IMPORTS.filter((one) => !ofTests(one.from) && rule(one)).map(({ from, to }) => `${from} imports ${to}`);

describe('the floors', () => {
  test('imports are found at all', () => {
    expect(IMPORTS.length).toBeGreaterThan(2_000);
  });

  test('every source file is in a room, and no room is empty', () => {
    expect(SOURCES.filter((path) => !ofTests(path) && roomOf(path) === undefined)).toEqual([]);
    expect(ROOMS.filter((room) => !SOURCES.some((path) => roomOf(path) === room))).toEqual([]);
  });

  test('an import goes down or stays in its room', () => {
    const goesDown = (from: string | undefined, to: string | undefined) =>
      from === undefined || to === undefined || from === to || floorOf(to) < floorOf(from);
    expect(violations(({ from, to }) => !goesDown(roomOf(from), roomOf(to)))).toEqual([]);
  });

  test('no program imports what only tests use', () => {
    const forTests = (path: string) => ofTests(path) && roomOf(path) !== undefined;
    expect(
      violations(({ from, to }) => forTests(to) && !/^harness\/(sabotage|images|bench|proof)\//.test(from)),
    ).toEqual([]);
  });

  test('no files import values of each other in a circle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of IMPORTS)
      if (!typeOnly && !from.endsWith('.test.ts')) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      const again = path.indexOf(file);
      if (again >= 0) circles.push([...path.slice(again), file].join(' -> '));
      if (again >= 0 || done.has(file)) return;
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of next.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("suites import the authors' API, the steps and their own suite alone", () => {
    // Digests are arithmetic; sockets, files and processes are not for suites.
    const allowed = (from: string, to: string) =>
      to === 'harness/check/check.ts' ||
      to.startsWith('harness/steps/') ||
      dirname(from) === dirname(to) ||
      to === 'node:crypto';
    expect(violations(({ from, to }) => roomOf(from) === 'suites' && !allowed(from, to))).toEqual([]);
  });

  test('report writers import the model alone', () => {
    const allowed = (to: string) =>
      to.startsWith('reports/model/') || to.startsWith('reports/writers/') || to.startsWith('node:');
    expect(violations(({ from, to }) => roomOf(from) === 'reports/writers' && !allowed(to))).toEqual([]);
  });

  test('Vitest is imported by the runner alone', () => {
    const vitest = (to: string) => to === 'vitest' || to.startsWith('vitest/');
    const allowed = (from: string) => roomOf(from) === 'harness/runner' || from.endsWith('vitest.config.ts');
    expect(violations(({ from, to }) => vitest(to) && !allowed(from))).toEqual([]);
  });

  test("the authors' API, the steps and the engine open no socket", () => {
    const sockets = ['node:net', 'node:tls', 'node:dgram', 'node:http', 'node:https'];
    const rooms = ['harness/check', 'harness/steps', 'harness/engine', 'suites'];
    expect(violations(({ from, to }) => rooms.includes(roomOf(from) ?? '') && sockets.includes(to))).toEqual(
      [],
    );
  });

  test('net-mocks stands alone', () => {
    const own = (to: string) => to.startsWith('harness/net-mocks/');
    const ofProject = (to: string) => /^(harness|suites|reports)\//.test(to);
    expect(
      violations(({ from, to }) => roomOf(from) === 'harness/net-mocks' && ofProject(to) && !own(to)),
    ).toEqual([]);
  });
});
