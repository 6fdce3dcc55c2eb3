import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the checks lie, and what is told of all of them. */
export const SUITES_FOLDER = fileURLToPath(new URL('../../suites', import.meta.url));
export const CATALOG_FOLDER = join(SUITES_FOLDER, 'catalog');
export const PROFILES_FOLDER = join(CATALOG_FOLDER, 'profiles');
export const REMEDIES_FOLDER = join(CATALOG_FOLDER, 'remedies');
export const STANDARDS_FOLDER = join(CATALOG_FOLDER, 'standards');
