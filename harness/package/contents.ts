import { sep } from 'node:path';
import { isLeftOut } from '../seal/own-code.ts';

/**
 * A file that the package takes over as it is: data that the code reads, and the sources of its image.
 * @param path from the root of the project
 */
export function isShipped(path: string): boolean {
  const place = path.split(sep).join('/');
  return !isLeftOut(place) && !/\.(?:ts|mjs|md)$/.test(place);
}
