import { z } from 'zod';
import type { Remedy } from '../../reports/model/record.ts';
import type { Verdict } from '../model/verdict.ts';
import { readYamlFolder } from './yaml-folder.ts';

/** The servers that remedies speak of, and whether each moves mail, hands it out, or both. */
export const REMEDY_SERVERS = {
  Postfix: ['smtp'],
  Exim: ['smtp'],
  OpenSMTPD: ['smtp'],
  Sendmail: ['smtp'],
  Haraka: ['smtp'],
  Dovecot: ['pop3', 'imap'],
  Courier: ['smtp', 'pop3', 'imap'],
  Cyrus: ['pop3', 'imap'],
  /** Not a server: what is published about one. */
  'DNS zone': ['smtp', 'pop3', 'imap'],
} as const satisfies Readonly<Record<string, readonly ('smtp' | 'pop3' | 'imap')[]>>;

export type RemedyServer = keyof typeof REMEDY_SERVERS;

const server = z.enum(Object.keys(REMEDY_SERVERS) as [RemedyServer, ...RemedyServer[]]);

const remediesSchema = z.record(
  z.string(),
  z.strictObject({
    checks: z.array(z.string()).min(1),
    advice: z.strictObject({ en: z.string().min(20), ja: z.string().min(10) }),
    servers: z.partialRecord(server, z.string().min(1)).default({}),
  }),
);

/**
 * Reads how to mend what checks find.
 * @param folder where the remedies lie, one YAML file per subject; none where the folder does not exist
 * @throws ConfigurationError saying what is wrong in which file
 */
export async function loadRemedies(folder: string): Promise<readonly Remedy[]> {
  const files = await readYamlFolder(folder, 'remedies', remediesSchema);
  return files.flatMap((remedies) =>
    Object.entries(remedies).map(([topic, { checks, advice, servers }]) => ({
      topic,
      checks,
      advice,
      servers: Object.entries(servers).map(([name, text]) => ({
        server: name,
        lines: text.trimEnd().split('\n'),
      })),
    })),
  );
}

/** Verdicts about a server that does not do what it should, or that nobody could judge. */
const MENDABLE: ReadonlySet<Verdict> = new Set(['fail', 'warn', 'inconclusive']);

/** Those that speak of what was found here. */
export function remediesFor(
  results: readonly { readonly check: string; readonly verdict: Verdict }[],
  remedies: readonly Remedy[],
): readonly Remedy[] {
  return remedies.filter(({ checks }) =>
    results.some(({ check, verdict }) => checks.includes(check) && MENDABLE.has(verdict)),
  );
}
