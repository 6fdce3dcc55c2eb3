import { writeFile } from 'node:fs/promises';
import { recordJsonSchema } from './schema.ts';

/** Brings `results.schema.json` in step with the schema: `node reports/model/write-json-schema.ts`. */
await writeFile(new URL('results.schema.json', import.meta.url), recordJsonSchema());
