import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/**
 * Reads as dorny/test-reporter does with `java-junit`: suites are not nested, cases are grouped by class
 * name, `failure` and `error` both outweigh `skipped`, and a case without a name or time breaks it.
 * @throws Error where the action would crash or show `NaN`
 */
export function readAsDorny(root: Tree): ReadCase[] {
  const suites = root.name === 'testsuites' ? children(root, 'testsuite') : [root];
  return suites.flatMap((suite) =>
    children(suite, 'testcase').map((one) => {
      const { name, classname, time } = one.attributes;
      if (name === undefined) throw new Error('A case has no name.');
      if (Number.isNaN(Number.parseFloat(time ?? ''))) throw new Error(`The time of ${name} is no number.`);
      const [broken] = [...children(one, 'failure'), ...children(one, 'error')];
      const [skipped] = children(one, 'skipped');
      const message = broken
        ? `${broken.attributes.type}: ${broken.attributes.message}\n${broken.text}`
        : (skipped?.attributes.message ?? '');
      return {
        identity: JSON.stringify([suite.attributes.name, classname, name]),
        status: broken ? 'failed' : skipped ? 'skipped' : 'passed',
        message,
      };
    }),
  );
}

function children(tree: Tree, name: string): Tree[] {
  return tree.children.filter((child) => child.name === name);
}
