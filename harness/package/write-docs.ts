import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadChecks } from '../engine/load.ts';
import { SUITES } from '../model/suites.ts';
import { suitePage } from './suite-page.ts';

/** Brings `docs/suites/` in step with the checks: `npm run docs`. */
const FOLDER = new URL('../../docs/suites/', import.meta.url);
const checks = await loadChecks(fileURLToPath(new URL('../../suites', import.meta.url)));
await mkdir(FOLDER, { recursive: true });
for (const { slug } of SUITES) await writeFile(new URL(`${slug}.md`, FOLDER), suitePage(slug, checks));
