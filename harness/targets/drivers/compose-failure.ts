import { createRedactor } from '../../evidence/redaction.ts';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { placeOf } from '../load.ts';
import type { ComposeDeclaration } from './compose-services.ts';

/** Lines of what compose said that are shown. */
const SHOWN_LINES = 12;

/** The end of what compose wrote, secrets removed, in visible notation, as lines to be printed. */
export function composeLines(written: string, secrets: readonly string[]): string[] {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  return written
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-SHOWN_LINES)
    .map((line) => `  ${visible(redactor.redact(Buffer.from(line)).bytes)}`);
}

/**
 * What compose itself has against a project.
 * @param how the project fares, as the end of a sentence
 */
export function composeFailure(
  declaration: ComposeDeclaration,
  how: string,
  written: string,
  secrets: readonly string[],
): ConfigurationError {
  const { name, settings } = declaration;
  return new ConfigurationError(
    `${placeOf(declaration, ['file'])}: The compose project of target ${name} (${settings.file.map((file) => visible(file)).join(', ')}) ${how}:`,
    ...composeLines(written, secrets),
  );
}
