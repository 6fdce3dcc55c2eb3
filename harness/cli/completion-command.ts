import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import { visible } from '../evidence/visible.ts';
import { SHELLS, type Shell } from './completion-scripts.ts';

/** Adds `mailspec completion`, and the hidden command that its scripts ask. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('Prints what a shell must read to complete commands, options, checks, profiles and targets.')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion-scripts.ts');
      const own = fileURLToPath(new URL('mailspec.mjs', import.meta.url));
      process.stdout.write(completionScript(shell, [process.execPath, own]));
    });

  program
    .command('complete', { hidden: true })
    .argument('[word...]')
    .action(async (words: string[]) => {
      const { completionsOf } = await import('./complete.ts');
      for (const one of await completionsOf(program, words)) process.stdout.write(`${visible(one)}\n`);
    });
}
