import { cleanLeftovers } from '../targets/clean.ts';

/** `mailspec clean`: removes what an ended run left on the container engine, and says what. */
export async function cleanCommand(options: { readonly all: boolean }): Promise<void> {
  const removed = await cleanLeftovers(options);
  const parts = Object.entries(removed).map(([kind, names]) => `${names.length} ${kind}`);
  process.stdout.write(`Removed ${parts.join(', ')}.\n`);
}
