import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../../reports/model/language.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import { SEEDS } from '../model/seeded.ts';
import type { Found } from '../runner/run.ts';
import type { Statement } from '../targets/authority.ts';
import { TARGETS_FILE } from '../targets/file-name.ts';
import type { AuditRequest } from './audit.ts';
import {
  addFoundOptions,
  type FoundOptions,
  rememberedOptions,
  repeatedOptions,
  soughtBy,
  withRemembered,
} from './found/options.ts';
import { addStatement, type StatementOptions, statementOf } from './statement.ts';

interface AuditOptions extends FoundOptions, StatementOptions {
  readonly targets: string;
  readonly out: string;
  readonly profile: string;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly suites?: readonly string[];
  readonly strict: boolean;
  readonly language: Language;
  /** False for --no-expected; absent where neither option is given. */
  readonly expected?: string | boolean;
  readonly since?: string;
  readonly rerun?: string;
  readonly repeat?: number;
  readonly seed?: number;
  readonly concurrency: number;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Nothing answers, or nobody said yes: there is no verdict. */
const NOTHING_AUDITED = 2;

/** The option that reports for people have in common. */
export function languageOption(): Option {
  return new Option('--language <tag>', 'the language of report.html').choices(LANGUAGES).default('en');
}

/**
 * Adds `mailspec audit` to the command line.
 * @param end is told the exit code
 */
export function addAudit(program: Command, end: (exitCode: number) => void): void {
  addStatement(
    addFoundOptions(
      program
        .command('audit')
        .description('Audits targets and writes the reports.')
        .argument('[target...]', 'names of targets; without one, the default of the targets file'),
    ),
  )
    .option('--targets <file>', 'the targets file', TARGETS_FILE)
    .option('--out <folder>', 'where the reports go (mailspec-rerun with --rerun)', 'mailspec-report')
    .option(
      '--profile <name>',
      'which list of requirements decides; name@version for one version',
      'baseline',
    )
    .option('--only <check...>', "run these alone: code, suite, 'STLS-*', rfc3207, rfc3207#4.2")
    .option('--skip <check...>', 'leave these out, named in the same ways')
    .option('--suites <folder...>', 'suites of your own beside those of mailspec')
    .option('--strict', 'warnings count as findings', false)
    .option(
      '--expected <file>',
      'deviations that are expected; mailspec-expected.yaml beside the targets file',
    )
    .option('--no-expected', 'nothing is expected, whatever lies beside the targets file')
    .addOption(languageOption())
    .addOption(
      new Option(
        '--since <run>',
        'compares with an earlier run at the end; results.json, or the folder that holds it',
      ).conflicts('repeat'),
    )
    .option('--rerun <run>', 'asks again what an earlier run left failed or open, the same way')
    .option('--repeat <n>', 'audits so many times, and tells which verdicts waver', positiveInteger)
    .option(
      '--seed <n>',
      'takes the checks in an order of its own; with --repeat, that of the first run',
      seedOf,
    )
    .option('--concurrency <n>', 'targets audited at the same time', positiveInteger, 4)
    .addOption(
      new Option('--quiet', 'print the conclusion alone; the reports are written')
        .default(false)
        .conflicts('verbose'),
    )
    .option('--verbose', 'print every finding, with its reason and the command that reruns it', false)
    .action(async (names: string[], options: AuditOptions, command: Command) => {
      const isGiven = (name: keyof AuditOptions) => command.getOptionValueSource(name) === 'cli';
      end(await audit(requestOf(names, options), options, isGiven));
    });
}

async function audit(
  asked: AuditRequest,
  options: AuditOptions,
  isGiven: (name: keyof AuditOptions) => boolean,
): Promise<number> {
  const { rerun, repeat, since } = options;
  let request = asked;
  let sought: FoundOptions = options;
  if (rerun !== undefined) {
    const { askAgain } = await import('./ask-again.ts');
    const again = await askAgain(rerun, asked, isGiven);
    if (typeof again === 'number') return again;
    request = again.request;
    if (again.foundBy) sought = withRemembered(again.foundBy, options);
  }
  const found = await foundBy(sought, request.statement);
  if (found === null) return NOTHING_AUDITED;
  // A file of expected deviations lies beside a targets file, and there is none.
  if (found)
    request = {
      ...request,
      found,
      expected: request.expected === 'beside-targets' ? 'none' : request.expected,
    };
  if (repeat !== undefined) {
    const { repeatCommand } = await import('./repeat.ts');
    return repeatCommand(request, repeat, options.seed);
  }
  const { auditCommand } = await import('./audit.ts');
  return auditCommand(request, since ?? null);
}

/** The servers that no file declares; undefined where a file does, null where none is to be audited. */
async function foundBy(options: FoundOptions, statement: Statement): Promise<Found | null | undefined> {
  const sought = soughtBy(options, statement);
  if (!sought) return undefined;
  const { findOnTerminal } = await import('./found/on-terminal.ts');
  const targets = await findOnTerminal(sought, options);
  return targets && { targets, by: rememberedOptions(options), options: repeatedOptions(options) };
}

function requestOf(names: readonly string[], options: AuditOptions): AuditRequest {
  const { targets, out, profile, strict, language, concurrency, only = [], skip = [], suites = [] } = options;
  return {
    names,
    targets,
    out,
    profile,
    selection: { only, skip },
    suites,
    expected: expectedChoice(options.expected),
    statement: statementOf(options),
    strict,
    ...(options.seed === undefined ? {} : { order: { seed: options.seed, isInTurn: false } }),
    language,
    concurrency,
    loudness: options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'screen',
  };
}

function expectedChoice(given: string | boolean | undefined): ExpectedChoice {
  if (typeof given === 'string') return { file: given };
  return given === false ? 'none' : 'beside-targets';
}

function seedOf(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= SEEDS)
    throw new InvalidArgumentError(`Expected a whole number below ${SEEDS}.`);
  return value;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}
