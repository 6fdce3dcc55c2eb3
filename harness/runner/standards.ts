import { z } from 'zod';
import { readYamlFolder } from './yaml-folder.ts';

const place = {
  /** As clauses of checks write it: `4.2`, `appendix-B`. */
  section: z.string().min(1),
  /** Ordinal among the normative statements about a server in this section. */
  nth: z.int().min(1),
  level: z.enum(['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY']),
  /** In our words. */
  says: z.string().min(10),
};
const sentence = z.string().min(10);

const standardSchema = z.strictObject({
  document: z.string().regex(/^rfc\d+$/),
  title: z.string().min(1),
  statements: z
    .array(
      z.union([
        z.strictObject({ ...place, 'tested-by': z.array(z.string()).min(1) }),
        z.strictObject({ ...place, untestable: sentence }),
        z.strictObject({ ...place, untested: sentence }),
      ]),
    )
    .min(1),
});

/** A normative statement of a standard about a server. */
export interface Statement {
  readonly section: string;
  readonly nth: number;
  readonly level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY';
  readonly says: string;
  readonly state: 'tested' | 'untested' | 'untestable';
  /** Codes; empty unless it is tested. */
  readonly checks: readonly string[];
  /** What a check would do, or why nobody can tell from outside; empty where it is tested. */
  readonly note: string;
}

/** What a standard demands of a server, in the order of its text, and what becomes of that here. */
export interface Standard {
  /** Such as `rfc3207`. */
  readonly document: string;
  readonly title: string;
  readonly statements: readonly Statement[];
}

/**
 * Reads the standards, in the order of their numbers.
 * @param folder where they lie, one YAML file each
 * @throws ConfigurationError saying what is wrong in which file
 */
export async function loadStandards(folder: string): Promise<readonly Standard[]> {
  const files = await readYamlFolder(folder, 'statements', standardSchema);
  const number = ({ document }: { readonly document: string }) => Number(document.slice('rfc'.length));
  return files
    .map(({ statements, ...standard }) => ({ ...standard, statements: statements.map(statementOf) }))
    .sort((a, b) => number(a) - number(b));
}

function statementOf(read: z.output<typeof standardSchema>['statements'][number]): Statement {
  const { section, nth, level, says } = read;
  const common = { section, nth, level, says };
  if ('tested-by' in read) return { ...common, state: 'tested', checks: read['tested-by'], note: '' };
  return 'untested' in read
    ? { ...common, state: 'untested', checks: [], note: read.untested }
    : { ...common, state: 'untestable', checks: [], note: read.untestable };
}

/** How many statements there are of each state. */
export function countsOf({ statements }: Standard): Readonly<Record<Statement['state'], number>> {
  const of = (state: Statement['state']) => statements.filter((one) => one.state === state).length;
  return { tested: of('tested'), untested: of('untested'), untestable: of('untestable') };
}
