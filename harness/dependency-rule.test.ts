import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

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

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

const IMPORTS: readonly Import[] = SOURCES.flatMap((from) =>
  [...readFileSync(join(ROOT, from), 'utf8').matchAll(IMPORT)].map(([, typeOnly, specifier = '']) => ({
    from,
    to: specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(from), specifier)) : specifier,
    typeOnly: typeOnly !== undefined,
  })),
);

const isTest = (path: string) => path.endsWith('.test.ts') || path.startsWith('suites/proof/');
const violations = (rule: (one: Import) => boolean) =>
  IMPORTS.filter((one) => !isTest(one.from) && rule(one)).map(({ from, to }) => `${from} imports ${to}`);

describe('the dependency rule', () => {
  test('it looks at imports at all', () => {
    expect(IMPORTS.length).toBeGreaterThan(100);
  });

  test('suites import check definitions and their own suite alone: everything else is handed to them', () => {
    // Digests are arithmetic; sockets, files and processes are not for suites.
    const allowed = (from: string, to: string) =>
      to.startsWith('harness/check/') || dirname(from) === dirname(to) || to === 'node:crypto';
    expect(violations(({ from, to }) => from.startsWith('suites/') && !allowed(from, to))).toEqual([]);
  });

  test('harness never imports suites', () => {
    expect(violations(({ from, to }) => from.startsWith('harness/') && to.startsWith('suites/'))).toEqual([]);
  });

  test('report writers import the model alone', () => {
    const allowed = (to: string) => to.startsWith('reports/model/') || to.startsWith('reports/writers/');
    const builtIn = (to: string) => to.startsWith('node:');
    expect(
      violations(({ from, to }) => from.startsWith('reports/writers/') && !allowed(to) && !builtIn(to)),
    ).toEqual([]);
  });

  test('Vitest is imported by the runner alone', () => {
    const vitest = (to: string) => to === 'vitest' || to.startsWith('vitest/');
    expect(
      violations(
        ({ from, to }) =>
          vitest(to) && !from.startsWith('harness/runner/') && !from.endsWith('vitest.config.ts'),
      ),
    ).toEqual([]);
  });

  test('checks, verdicts and evaluation open no socket', () => {
    const sockets = ['node:net', 'node:tls', 'node:dgram', 'node:http', 'node:https'];
    expect(violations(({ from, to }) => from.startsWith('harness/check/') && sockets.includes(to))).toEqual(
      [],
    );
  });

  test('net-mocks stands alone', () => {
    expect(
      violations(
        ({ from, to }) =>
          from.startsWith('harness/net-mocks/') &&
          /^(harness|suites|reports)\//.test(to) &&
          !to.startsWith('harness/net-mocks/'),
      ),
    ).toEqual([]);
  });
});
