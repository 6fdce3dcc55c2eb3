import type { Command } from 'commander';
import type { SealOptions } from './seal.ts';
import type { VerifyOptions } from './verify.ts';

/**
 * Adds `mailspec seal` and `mailspec verify` to the command line.
 * @param end is told the exit code
 */
export function addSeal(program: Command, end: (exitCode: number) => void): void {
  program
    .command('seal')
    .description('Puts a run with all that proves it into one archive, signed where there is a key.')
    .argument('[run...]', 'results.json of a run, or its folder; several are repetitions of one audit', [
      'mailspec-report',
    ])
    .option('--key <file>', 'private key that signs (PEM; Ed25519, or ECDSA on P-256)')
    .option('--signer <command>', 'program that signs: octets come in, a signature in base64 goes out')
    .option('--public-key <file>', 'public key of --signer (PEM)')
    .option('--targets <file>', 'the targets file of the run; the one that its record names when absent')
    .option('--out <archive>', 'the archive to write; it must not exist', 'mailspec-sealed.tar')
    .action(async (runs: string[], options: SealOptions) => {
      const { sealCommand } = await import('./seal.ts');
      await sealCommand(runs, options);
    });

  program
    .command('verify')
    .description('Checks a sealed archive, and says what it could not check. Ends with 1 when it is refused.')
    .argument('<archive>', 'what mailspec seal wrote')
    .option('--key <file>', 'public key of who should have signed it (PEM), or a certificate')
    .option('--json', 'as JSON', false)
    .action(async (archive: string, options: VerifyOptions) => {
      const { verifyCommand } = await import('./verify.ts');
      end(await verifyCommand(archive, options));
    });
}
