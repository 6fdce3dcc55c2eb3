/**
 * Something that the user wrote cannot be used: a targets file, an option, an engine that is not
 * there. The message is one or more lines ready to be printed, each a sentence, led by
 * `file:line:column: ` where it has a place. Exit code 3.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(...lines: readonly string[]) {
    super(lines.join('\n'));
  }
}
