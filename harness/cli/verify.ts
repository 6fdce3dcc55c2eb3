import { access } from 'node:fs/promises';
import pc from 'picocolors';
import { logLine } from '../evidence/log-line.ts';
import { printable } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { type Examination, examineArchive } from '../seal/examine.ts';
import { readPublicKey } from '../seal/signer.ts';
import { readFailure } from '../targets/yaml-source.ts';
import { predicateLines } from './seal-lines.ts';

/** Most reasons of a refusal that are printed. */
const MOST_REASONS = 20;

export interface VerifyOptions {
  readonly key?: string;
  readonly json: boolean;
}

/**
 * `mailspec verify`: checks an archive, and says what it checked and what it could not.
 * @returns 0 where nothing speaks against it, 1 where it is refused
 * @throws ConfigurationError where the archive or the key cannot be read
 */
export async function verifyCommand(archive: string, { key, json }: VerifyOptions): Promise<number> {
  const publicKey = key === undefined ? null : await readPublicKey(key);
  await access(archive).catch((error: unknown) => {
    throw new ConfigurationError(`${archive}: ${readFailure(error)}`);
  });
  const examination = await examineArchive(archive, publicKey).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new ConfigurationError(`${archive}: ${readFailure(error)}`);
  });
  const isRefused = examination.refused.length > 0;
  if (json) process.stdout.write(`${JSON.stringify({ verified: !isRefused, ...examination }, null, 2)}\n`);
  else for (const line of linesOf(examination)) process.stdout.write(`${logLine(line)}\n`);
  return isRefused ? 1 : 0;
}

function linesOf({ checked, unchecked, refused, predicate, signature }: Examination): readonly string[] {
  const shown = refused.slice(0, MOST_REASONS);
  const left = refused.length - shown.length;
  if (refused.length > 0)
    return [
      ...shown.map((reason) => `${pc.red('✗')} ${printable(reason)}`),
      ...(left > 0 ? [`${pc.red('✗')} … and ${left} reasons more.`] : []),
      pc.bold('Refused: this archive proves nothing.'),
    ];
  return [
    ...checked.map((sentence) => `${pc.green('✓')} ${printable(sentence)}`),
    ...unchecked.map((sentence) => `${pc.yellow('–')} Not checked: ${printable(sentence)}`),
    ...(predicate === null ? [] : predicateLines(predicate).map((line) => `  ${printable(line)}`)),
    pc.bold(
      signature === 'verified'
        ? 'Verified: this is what the holder of the key sealed.'
        : 'The archive agrees with itself; without a checked signature nobody vouches for it.',
    ),
  ];
}
