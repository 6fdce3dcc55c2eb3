import { Command, CommanderError, Option } from 'commander';
import type { Language } from '../../reports/model/language.ts';
import type { Format } from '../../reports/write.ts';
import { logLine } from '../evidence/log-line.ts';
import { visible } from '../evidence/visible.ts';
import { EXPECTED_FILE } from '../expected/file-name.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { toolFacts } from '../runner/tool-facts.ts';
import { TARGETS_FILE } from '../targets/file-name.ts';
import { addAudit, languageOption } from './audit-command.ts';
import type { ComparisonFormat } from './compare.ts';
import { addCompletion } from './completion-command.ts';
import type { CoverageOptions } from './coverage.ts';
import { diskFull } from './disk-full.ts';
import type { DoctorOptions } from './doctor.ts';
import type { ExpectOptions } from './expect.ts';
import type { InitOptions } from './init.ts';
import { addLab } from './lab-command.ts';
import type { ListOptions } from './list.ts';
import { addProfile } from './profile-command.ts';
import { addSeal } from './seal-command.ts';
import { addStatement } from './statement.ts';

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
  'bsi',
  'bsi-markdown',
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

  addAudit(program, (code) => {
    exitCode = code;
  });

  program
    .command('init')
    .description(
      'Looks at a server and writes a commented targets file for it. Ends with 2 when nothing was found to declare.',
    )
    .option('--image <name>', 'an image: a container of it is started, looked at and removed')
    .option('--env <name=value...>', 'variables of that container; NAME alone takes what is set here')
    .option('--compose <file>', 'a compose file: it is read, and nothing is started')
    .option('--host <name-or-address>', 'a server that runs: one connection to each port of mail, no login')
    .option('--out <file>', 'the file to write; it must not exist', TARGETS_FILE)
    .action(async (options: InitOptions) => {
      const { initCommand } = await import('./init.ts');
      exitCode = await initCommand(options);
    });

  const doctor = program
    .command('doctor')
    .description(
      'Says whether this machine can audit, and whether targets are as they are declared. Ends with 2 when something is not.',
    )
    .argument('[target...]', 'names of targets; without one, this machine alone')
    .option('--targets <file>', 'the targets file', TARGETS_FILE)
    .option('--out <folder>', 'where an audit would write', 'mailspec-report');
  addStatement(doctor).action(async (names: string[], options: DoctorOptions) => {
    const { doctorCommand } = await import('./doctor.ts');
    exitCode = await doctorCommand(names, options);
  });

  program
    .command('list')
    .description('Lists the checks, suite by suite.')
    .option('--suite <name...>', 'of these suites alone')
    .option('--suites <folder...>', 'suites of your own too')
    .option('--profile <name>', 'of this profile alone, each with its gate')
    .option('--level <level...>', 'of these levels alone: MUST, SHOULD, MAY, policy')
    .option('--json', 'as JSON', false)
    .action(async (options: ListOptions) => {
      const { listCommand } = await import('./list.ts');
      await listCommand(options);
    });

  addProfile(program);

  program
    .command('explain')
    .description('Explains a check: what it asks and demands, why, and how it is proven.')
    .argument('<code>', 'code of a check, such as STLS-011')
    .option('--suites <folder...>', 'suites of your own too')
    .option('--json', 'as JSON', false)
    .action(async (code: string, options: { json: boolean; suites?: readonly string[] }) => {
      const { explainCommand } = await import('./explain.ts');
      await explainCommand(code, options);
    });

  program
    .command('coverage')
    .description('Shows what the standards demand of a server, and which check tests it.')
    .argument('[rfc]', 'one standard, such as rfc3207; all of them, counted, when absent')
    .option('--untested', 'only what a check could test, and none does yet', false)
    .option('--json', 'as JSON', false)
    .action(async (rfc: string | undefined, options: CoverageOptions) => {
      const { coverageCommand } = await import('./coverage.ts');
      await coverageCommand(rfc ?? null, options);
    });

  program
    .command('report')
    .description('Derives a report again from the record of a run.')
    .argument('[record]', 'results.json, or the folder that holds it', 'mailspec-report')
    .addOption(new Option('--format <format>', 'which report').choices(FORMATS).makeOptionMandatory())
    .addOption(languageOption())
    .option('--out <file>', 'where it goes; the standard output when absent')
    .action(async (path: string, options: ReportCommandOptions) => {
      const { reportCommand } = await import('./report.ts');
      await reportCommand(path, options.format, options.language, options.out ?? null);
    });

  program
    .command('replay')
    .description('Shows the dialogue of one result: mailspec replay CODE, or mailspec replay RUN CODE.')
    .argument(
      '<run-or-code>',
      'results.json or the folder that holds it; mailspec-report where a code stands alone',
    )
    .argument('[code]', 'code of a check, such as STLS-011, or name of a control')
    .option('--target <name>', 'of which target, where several were asked')
    .option('--all', 'fold nothing', false)
    .action(async (run: string, code: string | undefined, { target, all }: ReplayCommandOptions) => {
      const { replayCommand } = await import('./replay.ts');
      const options = { target: target ?? null, all };
      await (code === undefined
        ? replayCommand('mailspec-report', run, options)
        : replayCommand(run, code, options));
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
    .option('--verbose', 'the text lists too what only one of the runs asked', false)
    .option('--out <file>', 'where it goes; the standard output when absent')
    .action(async (before: string, after: string, options: CompareCommandOptions) => {
      const { json, format, out, verbose } = options;
      const { compareCommand } = await import('./compare.ts');
      exitCode = await compareCommand(before, after, {
        format: json ? 'json' : format,
        out: out ?? null,
        verbose,
      });
    });

  program
    .command('expect')
    .description('Writes a file of expected deviations from what a run found.')
    .argument('[record]', 'results.json, or the folder that holds it', 'mailspec-report')
    .option('--reason <text>', 'why all of it is accepted for now; without it, the file has a place for each')
    .requiredOption('--authority <name>', 'who decided')
    .requiredOption('--expires <date>', 'the last day on which it is accepted, such as 2027-03-31')
    .option('--out <file>', 'the file to write; it must not exist', EXPECTED_FILE)
    .action(async (path: string, options: ExpectOptions) => {
      const { expectCommand } = await import('./expect.ts');
      await expectCommand(path, options);
    });

  addLab(program);

  addSeal(program, (code) => {
    exitCode = code;
  });

  program
    .command('clean')
    .description(
      'Removes containers, networks and volumes that an ended run left behind, and images of its own that newer ones replaced.',
    )
    .option('--all', 'also those of runs that are still going on', false)
    .action(async (options: { all: boolean }) => {
      const { cleanCommand } = await import('./clean.ts');
      await cleanCommand(options);
    });

  addCompletion(program);

  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (thrown) {
    return exitCodeOf(thrown);
  }
}

interface ReplayCommandOptions {
  readonly target?: string;
  readonly all: boolean;
}

interface CompareCommandOptions {
  readonly json: boolean;
  readonly format: ComparisonFormat;
  readonly verbose: boolean;
  readonly out?: string;
}

interface ReportCommandOptions {
  readonly format: Format;
  readonly language: Language;
  readonly out?: string;
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
  const full = diskFull(thrown);
  if (full !== undefined) {
    process.stderr.write(`${full}\n`);
    return EXIT.internal;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`mailspec failed: ${text.split('\n').map(visible).map(logLine).join('\n')}\n`);
  return EXIT.internal;
}

/** Name, version and what it runs on, in one line. */
async function written(): Promise<string> {
  const { version, commit, node, openssl } = await toolFacts();
  return `mailspec ${version}${commit === null ? '' : ` (${commit})`}, Node ${node}, OpenSSL ${openssl}`;
}
