import { fileURLToPath } from 'node:url';
import { loadChecks } from '../check/load.ts';
import { SUITES } from '../check/suites.ts';

/** Prints every check: code, level, severity and title, under its suite. */
export async function listCommand(): Promise<void> {
  const checks = await loadChecks(fileURLToPath(new URL('../../suites', import.meta.url)));
  for (const suite of SUITES) {
    const members = checks.filter((check) => check.suite === suite.slug);
    if (members.length === 0) continue;
    process.stdout.write(`${suite.slug}: ${suite.topic}\n`);
    for (const { definition } of members) {
      const { id, level, severity, title } = definition;
      process.stdout.write(`  ${id.padEnd(9)} ${level.padEnd(6)} ${severity.padEnd(8)} ${title}\n`);
    }
  }
}
