import { z } from 'zod';
import { PRINTABLE } from './printable.ts';
import {
  CAUSES,
  type CheckId,
  ROLE_NAMES,
  type Role,
  SUITES,
  type SuiteSlug,
  VERDICTS,
} from './vocabulary.ts';

/** Every text of a record: one line, visible notation where it came from a server. */
export const text = z.string().regex(PRINTABLE, 'holds a character that is not printable');
export const count = z.int().nonnegative();
export const moment = z.iso.datetime();

export const suites = SUITES.map((suite) => suite.slug) as [SuiteSlug, ...SuiteSlug[]];
const prefixes = SUITES.map((suite) => suite.prefix) as [(typeof SUITES)[number]['prefix']];
export const checkId: z.ZodType<CheckId> = z.templateLiteral([
  z.enum(prefixes),
  '-',
  z.string().regex(/\d{3}/),
]);
export const role = z.enum(ROLE_NAMES as [Role, ...Role[]]);
export const verdict = z.enum(VERDICTS);
export const cause = z.enum(CAUSES).nullable();
export const conclusion = z.enum(['conformant', 'non-conformant', 'undetermined']);
