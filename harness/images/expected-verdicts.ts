import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { mattersOf } from '../../reports/model/matters.ts';
import type { TargetRecord } from '../../reports/model/record.ts';
import { VERDICTS } from '../model/verdict.ts';

const expectedSchema = z.strictObject({
  /** Suites and codes that the target is judged by; all where it is left out. */
  only: z.array(z.string()).default([]),
  /** Codes that are not asked, and why: what mailspec says there is known to be wrong, and must not stand here as right. */
  skip: z.record(z.string(), z.string().min(1)).default({}),
  /** Judged in every run of the tests; the others where MAILSPEC_IMAGES is `all`, or `changed` and their inputs are. */
  always: z.boolean().default(false),
  /** What stands first in every report: the name of the fault that it looks like, or the code of a finding. */
  first: z.string().optional(),
  conclusion: z.enum(['conformant', 'non-conformant', 'undetermined']),
  verdicts: z.record(
    z.string(),
    z.union([z.enum(['pass']), z.strictObject({ verdict: z.enum(VERDICTS), why: z.string().min(1) })]),
  ),
});

/** What a target is expected to be judged: code to verdict, everything but a pass with its reason. */
export type ExpectedVerdicts = z.infer<typeof expectedSchema>;

/** Reads a file of expected verdicts. */
export async function readExpected(file: string): Promise<ExpectedVerdicts> {
  return expectedSchema.parse(parse(await readFile(file, 'utf8')));
}

/** The target of a file of expected verdicts, by the name of the file without `.yaml`. */
export function targetNameOf(name: string): string {
  return name.split('.')[0] ?? name;
}

/** Codes and verdicts alone, for comparison with a record. */
export function verdictsOf({ verdicts }: ExpectedVerdicts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(verdicts).map(([code, value]) => [code, value === 'pass' ? value : value.verdict]),
  );
}

/** What stands first in the reports of a target; undefined where nothing was found. */
export function firstOf(target: TargetRecord): string | undefined {
  const [matter] = mattersOf(target);
  return matter?.cause?.faults[0]?.name ?? matter?.findings[0]?.check;
}
