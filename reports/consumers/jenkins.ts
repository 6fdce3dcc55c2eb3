import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/**
 * Reads as the JUnit plugin of Jenkins does: suites may be nested, `skipped` outweighs everything, the
 * text of `error` is preferred to that of `failure`, and a class name is split at its last dot.
 */
export function readAsJenkins(root: Tree): ReadCase[] {
  return suites(root).flatMap((suite) =>
    suite.children
      .filter(({ name }) => name === 'testcase')
      .map((one) => {
        const child = (name: string) => one.children.find((candidate) => candidate.name === name);
        const skipped = child('skipped');
        const broken = child('error') ?? child('failure');
        const shown = skipped ?? broken;
        const className = one.attributes.classname ?? suite.attributes.name ?? '';
        const dot = className.lastIndexOf('.');
        return {
          identity: JSON.stringify([
            suite.attributes.package
              ? `${suite.attributes.package}.${suite.attributes.name}`
              : suite.attributes.name,
            dot < 0 ? '(root)' : className.slice(0, dot),
            className.slice(dot + 1),
            one.attributes.name,
          ]),
          status: skipped ? 'skipped' : broken ? 'failed' : 'passed',
          message: shown ? (shown.attributes.message ?? shown.text) : '',
        };
      }),
  );
}

function suites(tree: Tree): Tree[] {
  const nested = tree.children.flatMap((child) =>
    child.name === 'testsuite' || child.name === 'testsuites' ? suites(child) : [],
  );
  return tree.name === 'testsuite' ? [tree, ...nested] : nested;
}
