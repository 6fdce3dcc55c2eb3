import pc from 'picocolors';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { meant } from '../model/nearest.ts';
import { countsOf, loadStandards, type Standard, type Statement } from '../runner/standards.ts';
import { STANDARDS_FOLDER } from './suites-folder.ts';

export interface CoverageOptions {
  /** Only statements that could be tested and are not. */
  readonly untested: boolean;
  readonly json: boolean;
}

/**
 * `mailspec coverage`: what each standard demands of a server, and which check tests it; without a name, how many
 * statements of each standard are tested.
 * @throws ConfigurationError for a standard that is not there
 */
export async function coverageCommand(
  name: string | null,
  { untested, json }: CoverageOptions,
): Promise<void> {
  const standards = await loadStandards(STANDARDS_FOLDER);
  const chosen = (name === null ? standards : [standardNamed(standards, name)]).map((standard) => ({
    ...standard,
    statements: standard.statements.filter(({ state }) => !untested || state === 'untested'),
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify(chosen, null, 2)}\n`);
    return;
  }
  process.stdout.write(name === null && !untested ? tableOf(standards) : chosen.map(textOf).join('\n'));
}

function standardNamed(standards: readonly Standard[], name: string): Standard {
  const wanted = name.toLowerCase().replace(/^(?:rfc)?\s*/, 'rfc');
  const found = standards.find(({ document }) => document === wanted);
  if (found) return found;
  const names = standards.map(({ document }) => document);
  throw new ConfigurationError(
    `No table of "${visible(name)}" is there; ${meant(wanted, names, `there are ${names.join(', ')}.`)}`,
  );
}

function tableOf(standards: readonly Standard[]): string {
  const rows = standards.map((standard) => {
    const { tested, untested, untestable } = countsOf(standard);
    const numbers = [tested, untested, untestable].map((count) => String(count).padStart(6)).join('');
    return `${standard.document.padEnd(9)}${numbers}  ${standard.title}`;
  });
  const head = `${''.padEnd(9)}${'tested'.padStart(6)}${'open'.padStart(6)}${'unseen'.padStart(7)}`;
  return [
    pc.bold(head),
    ...rows,
    '',
    'tested: by a check; open: a check could, and there is none yet; unseen: nobody can tell from outside',
    '',
  ].join('\n');
}

function textOf({ document, title, statements }: Standard): string {
  return [pc.bold(`${document}: ${title}`), ...statements.flatMap(linesOf), ''].join('\n');
}

function linesOf({ section, nth, level, says, state, checks, note }: Statement): string[] {
  const outcome = { tested: checks.join(', '), untested: `open: ${note}`, untestable: `unseen: ${note}` }[
    state
  ];
  return [`  §${section} (${nth}) ${level}: ${says}`, `    ${outcome}`];
}
