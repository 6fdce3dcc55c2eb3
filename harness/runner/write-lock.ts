import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ledgerOf } from '../check/ledger.ts';
import { loadChecks } from '../check/load.ts';
import { lockOf } from '../check/lock.ts';
import { SUITES_FOLDER } from './run.ts';

const catalog = join(SUITES_FOLDER, 'catalog');
const planned: Record<string, string> = parse(await readFile(join(catalog, 'planned.yaml'), 'utf8')) ?? {};
const checks = await loadChecks(SUITES_FOLDER);
await writeFile(join(catalog, 'checks.lock'), lockOf(checks, planned));
await writeFile(join(catalog, 'ledger.yaml'), ledgerOf(checks, planned));
