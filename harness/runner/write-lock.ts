import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadChecks } from '../check/load.ts';
import { lockOf } from '../check/lock.ts';
import { SUITES_FOLDER } from './run.ts';

const catalog = join(SUITES_FOLDER, 'catalog');
const planned: Record<string, string> = parse(await readFile(join(catalog, 'planned.yaml'), 'utf8')) ?? {};
await writeFile(join(catalog, 'checks.lock'), lockOf(await loadChecks(SUITES_FOLDER), planned));
