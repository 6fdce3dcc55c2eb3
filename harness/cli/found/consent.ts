import { createInterface } from 'node:readline/promises';
import { ConfigurationError } from '../../model/configuration-error.ts';

/** Asks a question of yes or no; resolves with the answer. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * How whoever started mailspec is asked.
 * @param yes every answer is yes, and nobody is asked
 * @throws ConfigurationError where there is no terminal to ask on; to be called before anything is sent
 */
export function consentBy(yes: boolean): Ask {
  if (yes) return async () => true;
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new ConfigurationError(
      'Before a server is audited that no targets file declares, somebody must say yes, and there is no terminal to ask on: --yes says it.',
    );
  return async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const gone = new AbortController();
    terminal.once('close', () => gone.abort());
    terminal.once('SIGINT', () => terminal.close());
    try {
      const answer = await terminal.question(`${question} [y/N] `, { signal: gone.signal });
      return /^y(es)?$/i.test(answer.trim());
    } catch {
      // The input ended, or Ctrl-C: nobody said yes.
      return false;
    } finally {
      terminal.close();
    }
  };
}
