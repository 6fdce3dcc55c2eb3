import { readFile } from 'node:fs/promises';
import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';

const SCHEMAS = {
  sarif: 'sarif-2.1.0.schema.json',
  ctrf: 'ctrf.schema.json',
  'github-action': 'github-action.schema.json',
  'gitlab-ci': 'gitlab-ci.schema.json',
} as const;

/** What the published schema of a format has to say against a report, as Ajv puts it; empty when it is valid. */
export async function openJsonSchema(
  format: keyof typeof SCHEMAS,
): Promise<{ problems(json: string): string[] }> {
  const source = await readFile(new URL(`../fixtures/schemas/${SCHEMAS[format]}`, import.meta.url), 'utf8');
  // The draft that a schema names is older than Ajv's; what these use of it has not changed since.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(source) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return {
    problems(json) {
      if (validate(JSON.parse(json))) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message = '' }: ErrorObject) => `${instancePath} ${message}`,
      );
    },
  };
}
