import { z } from 'zod';
import { text } from '../model/fields.ts';
import { targetName } from '../targets/fields.ts';

const CODE = /^[A-Z0-9]+-\d{3}$/;
const WORDS = /\S/;

const entry = z
  .strictObject(
    {
      target: targetName.describe('Name of the target in the targets file.'),
      check: text(CODE, 'the code of a check such as STLS-011').describe('Code of the check.'),
      verdict: z
        .enum(['fail', 'warn', 'inconclusive'], { error: 'fail, warn or inconclusive' })
        .default('fail')
        .describe('The verdict that is expected; any other makes the entry stale.'),
      reason: text(WORDS, 'a sentence that says why this is accepted').describe(
        'Why this is accepted for now; shown in every report.',
      ),
      authority: text(WORDS, 'the name of who decided').describe('Who decided; shown in every report.'),
      expires: z.iso
        .date({ error: 'a date such as 2027-03-31' })
        .describe('The last day on which it is accepted, in UTC.'),
    },
    { error: 'a mapping with target, check, reason, authority and expires' },
  )
  .meta({ id: 'Expectation' });

/** The file of expected deviations. The text after `error` completes the sentence "… must be …". */
export const expectedFileSchema = z
  .strictObject({
    version: z.literal(1, { error: '1' }).describe('Version of this format.'),
    expected: z
      .array(entry, { error: 'a list of expected deviations' })
      .describe('Deviations that are known and accepted for some time, one entry per target and check.'),
  })
  .meta({
    title: 'mailspec expected deviations',
    description:
      'Deviations that somebody decided to live with until a day. They change what a run ends with, never a verdict or a conclusion.',
  });

/** Keys of the file and of its entries. */
export const KEYS = {
  file: Object.keys(expectedFileSchema.shape),
  entry: Object.keys(entry.shape),
} as const;

/** The schema as JSON Schema (draft 7, the one editors know), as published in `mailspec-expected.schema.json`. */
export function expectedFileJsonSchema(): string {
  const schema = z.toJSONSchema(expectedFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
