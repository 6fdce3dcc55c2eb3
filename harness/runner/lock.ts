import type { Check } from '../check/define.ts';
import { SUITES } from '../model/suites.ts';

/**
 * The lock of the catalogue: every code with what is permanent or must not change unseen. A change of
 * it is a change of what mailspec says about servers, to be reviewed as such.
 */
export function lockOf(checks: readonly Check[], planned: Readonly<Record<string, string>>): string {
  const entries = [
    ...checks.map((check) => ({ id: check.definition.id as string, lines: linesOf(check) })),
    ...Object.entries(planned).map(([id, reason]) => ({ id, lines: [`  planned: ${reason}`] })),
  ];
  const rank = (id: string) => SUITES.findIndex(({ prefix }) => id.startsWith(`${prefix}-`));
  entries.sort((a, b) => rank(a.id) - rank(b.id) || a.id.localeCompare(b.id));
  return `# Written by npm run lock; codes and slugs are permanent.\n${entries.map(({ id, lines }) => `${id}:\n${lines.join('\n')}\n`).join('')}`;
}

function linesOf(check: Check): string[] {
  const { slug, level, severity, safety, roles, clauses, kills, worst } = check.definition;
  return [
    `  slug: ${slug}`,
    `  level: ${level}`,
    `  severity: ${severity}`,
    ...(worst === 'warn' ? ['  worst: warn'] : []),
    `  safety: ${safety}`,
    `  roles: [${roles.join(', ')}]`,
    `  clauses: [${clauses.map((clause) => `'${clause}'`).join(', ')}]`,
    `  kills: [${[...kills].sort().join(', ')}]`,
  ];
}
