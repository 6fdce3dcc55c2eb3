import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../../reports/model/language.ts';
import type { Format } from '../../reports/write.ts';
import { logLine } from '../evidence/log-line.ts';
import { visible } from '../evidence/visible.ts';
import { EXPECTED_FILE } from '../expected/file-name.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { toolFacts } from '../runner/tool-facts.ts';
import type { ComparisonFormat } from './compare.ts';
import type { ExpectOptions } from './expect.ts';
import type { ListOptions } from './list.ts';

/** What a report can be derived as; the writers are loaded when one is. */
const FORMATS: readonly Format[] = [
  'json',
  'junit',
  'html',
  'tap',
  'sarif',
  'ctrf',
  'markdown',
  'github',
  'gitlab',
];

/** What a comparison can be written as. */
const COMPARISON_FORMATS: readonly ComparisonFormat[] = ['text', 'html', 'markdown', 'json'];

/** Exit codes that are not a conclusion; 0, 1 and 2 are conformant, non-conformant and undetermined. */
const EXIT = { usage: 3, internal: 5 } as const;

/**
 * Runs one command line.
 * @returns the exit code: 0 conformant, 1 non-conformant, 2 undetermined, 3 usage or configuration,
 *   4 stale baseline, 5 internal error
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('mailspec')
    .description('Decides whether a mail server can be trusted.')
    // Git is asked for the commit only where somebody wants to know it.
    .version(
      argv.includes('--version') ? await written() : '',
      '--version',
      'prints version, commit and runtime',
    )
    .showHelpAfterError('(mailspec --help shows what there is)')
    .exitOverride();

  program
    .command('audit')
    .description('Audits targets and writes the reports.')
    .argument('[target...]', 'names of targets; without one, the default of the targets file')
    .option('--targets <file>', 'the targets file', 'targets.yaml')
    .option('--out <folder>', 'where the reports go', 'mailspec-report')
    .option('--profile <name>', 'which list of requirements decides', 'baseline')
    .option('--only <code-or-suite...>', 'run these checks alone')
    .option('--skip <code-or-suite...>', 'leave these checks out')
    .option('--strict', 'warnings count as findings', false)
    .option(
      '--expected <file>',
      'deviations that are expected; mailspec-expected.yaml beside the targets file',
    )
    .option('--no-expected', 'nothing is expected, whatever lies beside the targets file')
    .addOption(language())
    .option(
      '--since <run>',
      'compares with an earlier run at the end; results.json, or the folder that holds it',
    )
    .option('--concurrency <n>', 'targets audited at the same time', positiveInteger, 4)
    .option('--verbose', 'print every finding, with its reason and the command that reruns it', false)
    .action(async (names: string[], options: AuditCommandOptions) => {
      const { auditCommand } = await import('./audit.ts');
      exitCode = await auditCommand(names, {
        ...options,
        expected: expectedChoice(options.expected),
        since: options.since ?? null,
        only: options.only ?? [],
        skip: options.skip ?? [],
      });
    });

  program
    .command('list')
    .description('Lists the checks, suite by suite.')
    .option('--suite <name...>', 'of these suites alone')
    .option('--profile <name>', 'of this profile alone, each with its gate')
    .option('--level <level...>', 'of these levels alone: MUST, SHOULD, MAY, policy')
    .option('--json', 'as JSON', false)
    .action(async (options: ListOptions) => {
      const { listCommand } = await import('./list.ts');
      await listCommand(options);
    });

  program
    .command('explain')
    .description('Explains a check: what it asks and demands, why, and how it is proven.')
    .argument('<code>', 'code of a check, such as STLS-011')
    .option('--json', 'as JSON', false)
    .action(async (code: string, { json }: { json: boolean }) => {
      const { explainCommand } = await import('./explain.ts');
      await explainCommand(code, json);
    });

  program
    .command('report')
    .description('Derives a report again from the record of a run.')
    .argument('[record]', 'results.json, or the folder that holds it', 'mailspec-report')
    .addOption(new Option('--format <format>', 'which report').choices(FORMATS).makeOptionMandatory())
    .addOption(language())
    .option('--out <file>', 'where it goes; the standard output when absent')
    .action(async (path: string, options: ReportCommandOptions) => {
      const { reportCommand } = await import('./report.ts');
      await reportCommand(path, options.format, options.language, options.out ?? null);
    });

  program
    .command('compare')
    .description(
      'Compares two runs: what regressed, was settled or fixed, is new or gone. Ends with 1 when something regressed or turned out badly, with 2 when something is no longer settled.',
    )
    .argument('<before>', 'results.json of the earlier run, or its folder')
    .argument('<after>', 'results.json of the later run, or its folder')
    .addOption(
      new Option('--format <format>', 'how it is written').choices(COMPARISON_FORMATS).default('text'),
    )
    .option('--json', 'the same as --format json', false)
    .option('--out <file>', 'where it goes; the standard output when absent')
    .action(async (before: string, after: string, { json, format, out }: CompareCommandOptions) => {
      const { compareCommand } = await import('./compare.ts');
      exitCode = await compareCommand(before, after, json ? 'json' : format, out ?? null);
    });

  program
    .command('expect')
    .description('Writes a file of expected deviations from what a run found.')
    .argument('[record]', 'results.json, or the folder that holds it', 'mailspec-report')
    .requiredOption('--reason <text>', 'why this is accepted for now')
    .requiredOption('--authority <name>', 'who decided')
    .requiredOption('--expires <date>', 'the last day on which it is accepted, such as 2027-03-31')
    .option('--out <file>', 'the file to write; it must not exist', EXPECTED_FILE)
    .action(async (path: string, options: ExpectOptions) => {
      const { expectCommand } = await import('./expect.ts');
      await expectCommand(path, options);
    });

  program
    .command('clean')
    .description('Removes containers, networks and volumes that an ended run left behind.')
    .option('--all', 'also those of runs that are still going on', false)
    .action(async (options: { all: boolean }) => {
      const { cleanCommand } = await import('./clean.ts');
      await cleanCommand(options);
    });

  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (thrown) {
    return exitCodeOf(thrown);
  }
}

interface AuditCommandOptions {
  readonly targets: string;
  readonly out: string;
  readonly profile: string;
  readonly only?: string[];
  readonly skip?: string[];
  readonly strict: boolean;
  readonly language: Language;
  /** False for --no-expected; absent where neither option is given. */
  readonly expected?: string | boolean;
  readonly since?: string;
  readonly concurrency: number;
  readonly verbose: boolean;
}

interface CompareCommandOptions {
  readonly json: boolean;
  readonly format: ComparisonFormat;
  readonly out?: string;
}

interface ReportCommandOptions {
  readonly format: Format;
  readonly language: Language;
  readonly out?: string;
}

/** The option that reports for people have in common. */
function language(): Option {
  return new Option('--language <tag>', 'the language of report.html').choices(LANGUAGES).default('en');
}

function expectedChoice(given: string | boolean | undefined): ExpectedChoice {
  if (typeof given === 'string') return { file: given };
  return given === false ? 'none' : 'beside-targets';
}

function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) {
    // Commander has already said what is wrong, or printed the help that was asked for.
    return thrown.exitCode === 0 ? 0 : EXIT.usage;
  }
  if (thrown instanceof ConfigurationError) {
    process.stderr.write(`${thrown.message.split('\n').map(logLine).join('\n')}\n`);
    return EXIT.usage;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`mailspec failed: ${text.split('\n').map(visible).map(logLine).join('\n')}\n`);
  return EXIT.internal;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}

/** Name, version and what it runs on, in one line. */
async function written(): Promise<string> {
  const { version, commit, node, openssl } = await toolFacts();
  return `mailspec ${version}${commit === null ? '' : ` (${commit})`}, Node ${node}, OpenSSL ${openssl}`;
}
