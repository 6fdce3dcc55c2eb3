import { visible } from '../evidence/visible.ts';

/**
 * Prints what belongs to a title; the log of GitHub Actions folds it beneath that. The lines around it are the only
 * workflow commands that mailspec prints: what is printed between them must have gone through `logLine`.
 */
export function printGrouped(title: string, stream: NodeJS.WritableStream, print: () => void): void {
  const isGrouped = process.env.GITHUB_ACTIONS === 'true';
  // A percent sign begins an escape in what a command says.
  if (isGrouped) stream.write(`::group::${visible(title).replaceAll('%', '%25')}\n`);
  print();
  if (isGrouped) stream.write('::endgroup::\n');
}
