import { sep } from 'node:path';

/** Rooms of tests, measurements and real servers. */
const LEFT_OUT = [
  'harness/bench',
  'harness/images',
  'harness/package',
  'harness/sabotage',
  'suites/proof',
  'reports/fixtures',
  'reports/consumers',
];

/** Folders of any room that hold what tests need. */
const OF_TESTS = ['testing', 'node_modules'];

/**
 * A file that the package takes over as it is: data that the code reads, and the sources of its image.
 * @param path from the root of the project
 */
export function isShipped(path: string): boolean {
  const parts = path.split(sep);
  const place = parts.join('/');
  if (LEFT_OUT.some((room) => place.startsWith(`${room}/`)) || OF_TESTS.some((one) => parts.includes(one)))
    return false;
  return !/\.(?:ts|mjs|md)$/.test(place);
}
