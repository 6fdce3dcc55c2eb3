import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadTargets, type TargetDeclaration } from './load.ts';
import { selectTargets } from './select.ts';
import { createTargetsFolder, type TargetsFolder } from './testing/targets-file.ts';

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());

const declare = async (head: string): Promise<readonly TargetDeclaration[]> =>
  loadTargets(
    await folder.write(
      't.yaml',
      `version: 1\n${head}targets: { shop: { driver: reference }, depot: { driver: reference } }\n`,
    ),
  );
const names = (targets: readonly TargetDeclaration[]) => targets.map(({ name }) => name);

it('gives the named targets once, in the order of the file', async () => {
  expect(names(selectTargets(await declare(''), ['depot', 'shop', 'depot']))).toEqual(['shop', 'depot']);
});

it('gives the defaults where none is named', async () => {
  expect(names(selectTargets(await declare('default: [depot]\n'), []))).toEqual(['depot']);
});

it('wants a name where the file has several targets and no default', async () => {
  const declared = await declare('');
  expect(() => selectTargets(declared, [])).toThrow(
    `${folder.path}/t.yaml has no "default", so the targets to audit must be named: shop, depot.`,
  );
});

it('names what is declared, or what was probably meant, for an unknown target', async () => {
  const declared = await declare('');
  expect(() => selectTargets(declared, ['shpo', 'bank\u001b'])).toThrow(
    [
      `There is no target "shpo" in ${folder.path}/t.yaml; did you mean "shop"?`,
      `There is no target "bank\\x1b" in ${folder.path}/t.yaml; it declares shop, depot.`,
    ].join('\n'),
  );
});
