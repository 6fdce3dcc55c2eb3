import { createRedactor } from '../evidence/redaction.ts';
import { lastLogLines } from './container-log.ts';
import type { Docker } from './engine.ts';

/** Log lines that are told with the end of a container. */
const TOLD_LINES = 6;

/**
 * How a container ended, as the end of a sentence; null while it runs.
 * @throws the error of the engine, for a container that is not there
 */
export async function endingOf(docker: Docker, id: string): Promise<string | null> {
  const { State: state } = await docker.getContainer(id).inspect();
  if (state.Status !== 'exited' && state.Status !== 'dead') return null;
  return howEnded(state);
}

/** How a container ended that runs no more, as the end of a sentence. */
export function howEnded({
  OOMKilled,
  ExitCode,
}: {
  readonly OOMKilled: boolean;
  readonly ExitCode: number;
}): string {
  return OOMKilled ? 'ended for want of memory' : `ended with status ${ExitCode}`;
}

/**
 * How a container ended that should run, with the last lines of its log, secrets removed, in visible notation; null
 * while it runs.
 * @param what it in words, such as `The container`
 */
export async function endingTold(
  docker: Docker,
  { id, what }: { readonly id: string; readonly what: string },
  secrets: readonly string[],
): Promise<string | null> {
  const how = await endingOf(docker, id).catch(() => 'is not there any more');
  if (how === null) return null;
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  const lines = await lastLogLines(docker, id, TOLD_LINES, redactor);
  return `${what} ${how}. The end of its log: ${lines.join(' | ') || 'nothing'}`;
}
