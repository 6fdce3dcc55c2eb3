import { writeFile } from 'node:fs/promises';
import { targetsFileJsonSchema } from './schema.ts';

/** Brings `targets.schema.json` in step with the schema: `npm run schema`. */
await writeFile(new URL('../../targets.schema.json', import.meta.url), targetsFileJsonSchema());
