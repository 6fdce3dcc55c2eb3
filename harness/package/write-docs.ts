import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generatedPages } from './generated-pages.ts';

/** Brings the pages in step that are made from the checks, the standards and the schema of the targets file: `npm run docs`. */
const DOCS = new URL('../../docs/', import.meta.url);
for (const folder of ['suites/', 'standards/', 'reference/'])
  await mkdir(new URL(folder, DOCS), { recursive: true });
const project = fileURLToPath(new URL('../../', import.meta.url));
for (const [name, text] of await generatedPages(project)) await writeFile(new URL(name, DOCS), text);
