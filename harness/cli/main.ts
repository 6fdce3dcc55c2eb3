import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { visible } from '../evidence/visible.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import { ConfigurationError } from '../targets/configuration-error.ts';

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
    .option('--concurrency <n>', 'targets audited at the same time', positiveInteger, 4)
    .action(async (names: string[], options: AuditCommandOptions) => {
      const { auditCommand } = await import('./audit.ts');
      exitCode = await auditCommand(names, {
        ...options,
        expected: expectedChoice(options.expected),
        only: options.only ?? [],
        skip: options.skip ?? [],
      });
    });

  program
    .command('list')
    .description('Lists the checks, suite by suite.')
    .action(async () => {
      const { listCommand } = await import('./list.ts');
      await listCommand();
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
  /** False for --no-expected; absent where neither option is given. */
  readonly expected?: string | boolean;
  readonly concurrency: number;
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
    process.stderr.write(`${thrown.message}\n`);
    return EXIT.usage;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`mailspec failed: ${text.split('\n').map(visible).join('\n')}\n`);
  return EXIT.internal;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}
