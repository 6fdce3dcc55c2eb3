import { createRedactor, type Redactor } from '../evidence/redaction.ts';
import { visible } from '../evidence/visible.ts';
import type { Docker } from './engine.ts';

/**
 * The last lines that a container wrote, oldest first, secrets removed, in visible notation.
 * Empty when the container is gone.
 */
export async function lastLogLines(
  docker: Docker,
  containerId: string,
  count: number,
  redactor: Redactor,
): Promise<readonly string[]> {
  let frames: Buffer;
  try {
    frames = await docker.getContainer(containerId).logs({ stdout: true, stderr: true, tail: count });
  } catch {
    return [];
  }
  const { bytes } = redactor.redact(payloadOf(frames));
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line.replace(/\r$/, ''), 'latin1'))
    .filter((line) => line.length > 0)
    .slice(-count)
    .map((line) => visible(line));
}

/** Log lines that are shown when a container does not come up. */
const SHOWN_LINES = 15;

/** The end of the log of a container that did not come up, as lines to be printed. */
export async function endOfLog(
  docker: Docker,
  containerId: string,
  secrets: readonly string[],
  whose = 'its log',
): Promise<string> {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  const lines = await lastLogLines(docker, containerId, SHOWN_LINES, redactor);
  if (lines.length === 0) return whose === 'its log' ? 'It wrote no log.' : `There is nothing in ${whose}.`;
  return [`The last lines of ${whose}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** The engine frames the output of a container without a terminal: stream, three zeros, length, octets. */
function payloadOf(frames: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts);
}
