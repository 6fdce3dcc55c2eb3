import { join } from 'node:path';
import { loadChecks } from '../engine/load.ts';
import { SUITES } from '../model/suites.ts';
import { loadStandards } from '../runner/standards.ts';
import { claimsRead } from './claims-read.ts';
import { standardPage, standardsPage } from './standard-page.ts';
import { suitePage } from './suite-page.ts';
import { claimNames, targetsPage } from './targets-page.ts';

/**
 * The pages of `docs/` that nobody writes by hand, by their names: one a suite, one a standard, one of all standards,
 * and that of the targets file.
 * @param project the root of the project
 */
export async function generatedPages(project: string): Promise<ReadonlyMap<string, string>> {
  const [checks, standards] = await Promise.all([
    loadChecks(join(project, 'suites')),
    loadStandards(join(project, 'suites/catalog/standards')),
  ]);
  const pageOfCheck = (code: string) => {
    const suite = checks.find(({ definition }) => definition.id === code)?.suite ?? '';
    return `../suites/${suite}.md#${code.toLowerCase()}`;
  };
  return new Map([
    ...SUITES.map(({ slug }) => [`suites/${slug}.md`, suitePage(slug, checks)] as const),
    ...standards.map((one) => [`standards/${one.document}.md`, standardPage(one, pageOfCheck)] as const),
    ['standards/README.md', standardsPage(standards)],
    ['reference/targets-file.md', targetsPage(checks, claimsRead(project, claimNames()), pageOfCheck)],
  ]);
}
