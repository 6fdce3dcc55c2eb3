import { posix } from 'node:path';

/** The names under which the workspace is imported, and the modules that they mean. */
const MODULES: Readonly<Record<string, string>> = {
  'net-mocks': 'index.js',
  'net-mocks/container': 'container/stage.js',
};

/**
 * A compiled file in which the workspace is named by its place: beneath `node_modules` nobody finds it by its name.
 * @param folder of the workspace, and `file`, both from the root of the package
 */
export function withPlacesOf(folder: string, file: string, code: string): string {
  return code.replaceAll(
    /(\bfrom |\bimport\(|\bimport\.meta\.resolve\()(['"])(net-mocks(?:\/container)?)\2/g,
    (whole, before, quote, name) => {
      const module = MODULES[name];
      if (module === undefined) return whole;
      const place = posix.relative(posix.dirname(file), posix.join(folder, module));
      return `${before}${quote}${place.startsWith('.') ? place : `./${place}`}${quote}`;
    },
  );
}
