import type { Expectation } from '../../reports/model/record.ts';
import { printable } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { type Problem, problemsOf } from '../targets/sentences.ts';
import { type KeyPath, readYaml, type YamlSource } from '../targets/yaml-source.ts';
import { expectedFileSchema, KEYS } from './schema.ts';

/** An entry of the file, before any run has said anything about it. */
export type ExpectedEntry = Omit<Expectation, 'state' | 'why'>;

/**
 * Reads a file of expected deviations.
 * @param file path as the user named it; errors and reports repeat it that way
 * @throws ConfigurationError with every problem of the file, one `file:line:column: sentence` a line
 */
export async function loadExpected(file: string): Promise<readonly ExpectedEntry[]> {
  const source = await readYaml(file);
  const parsed = expectedFileSchema.safeParse(source.value, {
    reportInput: true,
    error: ({ code, expected }) =>
      code === 'invalid_type' && expected === 'object' ? 'a mapping' : undefined,
  });
  if (!parsed.success) {
    throw failure(
      source,
      parsed.error.issues.flatMap((issue) => problemsOf(issue, keysAt)),
    );
  }
  const entries = parsed.data.expected;
  const repeated = entries.flatMap(({ target, check }, index): Problem[] => {
    const first = entries.findIndex((one) => one.target === target && one.check === check);
    if (first === index) return [];
    const sentence = `${check} on ${target} is expected twice, first at ${source.positionOf(['expected', first])}.`;
    return [{ path: ['expected', index], atKey: false, sentence }];
  });
  if (repeated.length > 0) throw failure(source, repeated);
  return entries.map((entry, index) => ({
    ...entry,
    reason: oneLine(entry.reason),
    authority: oneLine(entry.authority),
    place: printable(source.positionOf(['expected', index])),
  }));
}

function keysAt(path: KeyPath): readonly string[] {
  return path.length === 0 ? KEYS.file : KEYS.entry;
}

function failure(source: YamlSource, problems: readonly Problem[]): ConfigurationError {
  const lines = [...problems]
    .sort((a, b) => source.offsetOf(a.path) - source.offsetOf(b.path))
    .map(({ path, atKey, sentence }) => {
      const place = atKey ? source.positionOfKey(path) : source.positionOf(path);
      return `${place}: ${sentence}`;
    });
  return new ConfigurationError(...new Set(lines));
}

/** YAML folds long texts over several lines; a report has one. */
function oneLine(text: string): string {
  return printable(text.trim().replace(/\s+/g, ' '));
}
