import { z } from 'zod';
import { SLUG } from '../../harness/model/slug.ts';
import { PRINTABLE } from './printable.ts';
import { CAUSES, type CheckId, ROLE_NAMES, type Role, VERDICTS } from './vocabulary.ts';

/** Every text of a record: one line, visible notation where it came from a server. */
export const text = z.string().regex(PRINTABLE, 'holds a character that is not printable');
export const count = z.int().nonnegative();
export const moment = z.iso.datetime();

/** Names and prefixes of suites, which others may have written too. */
export const suiteSlug = z.string().regex(SLUG);
export const suitePrefix = z.string().regex(/^[A-Z][A-Z0-9]*$/);
export const checkId: z.ZodType<CheckId> = z.templateLiteral([suitePrefix, '-', z.string().regex(/\d{3}/)]);
export const role = z.enum(ROLE_NAMES as [Role, ...Role[]]);
export const verdict = z.enum(VERDICTS);
export const cause = z.enum(CAUSES).nullable();
export const conclusion = z.enum(['conformant', 'non-conformant', 'undetermined']);
