import { writeFile } from 'node:fs/promises';
import { expectedFileJsonSchema } from './schema.ts';

/** Brings `mailspec-expected.schema.json` in step with the schema: `npm run schema`. */
await writeFile(new URL('../../mailspec-expected.schema.json', import.meta.url), expectedFileJsonSchema());
