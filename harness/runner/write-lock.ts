import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadChecks } from '../engine/load.ts';
import { ledgerOf } from './ledger.ts';
import { lockOf } from './lock.ts';
import { PROFILE_LOCK, profileLockOf, readProfileLock } from './profile-lock.ts';
import { SUITES_FOLDER } from './run.ts';

const catalog = join(SUITES_FOLDER, 'catalog');
const planned: Record<string, string> = parse(await readFile(join(catalog, 'planned.yaml'), 'utf8')) ?? {};
const checks = await loadChecks(SUITES_FOLDER);
await writeFile(join(catalog, 'checks.lock'), lockOf(checks, planned));
await writeFile(join(catalog, 'ledger.yaml'), ledgerOf(checks, planned));
// What is frozen is never written anew: a change of it ends this program.
const profiles = await profileLockOf(join(catalog, 'profiles'), await readProfileLock(catalog));
await writeFile(join(catalog, PROFILE_LOCK), profiles);
