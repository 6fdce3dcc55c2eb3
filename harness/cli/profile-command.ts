import type { Command } from 'commander';

/** Adds `mailspec profile list` and `mailspec profile diff`. */
export function addProfile(program: Command): void {
  const profile = program
    .command('profile')
    .description('Lists the profiles with their versions, or says what differs between two of them.');

  profile
    .command('list')
    .description('Every version of every profile, and whether it can still change.')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const { profileListCommand } = await import('./profile.ts');
      await profileListCommand(json);
    });

  profile
    .command('diff')
    .description('Requirements that entered or left, and those with another gate.')
    .argument('<before>', 'a profile, such as baseline or baseline@2026.1')
    .argument('<after>', 'another profile, or another version')
    .option('--json', 'as JSON', false)
    .action(async (before: string, after: string, { json }: { json: boolean }) => {
      const { profileDiffCommand } = await import('./profile.ts');
      await profileDiffCommand(before, after, json);
    });
}
