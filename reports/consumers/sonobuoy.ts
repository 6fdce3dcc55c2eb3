import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/**
 * Reads as the JUnit reader of Sonobuoy and the bots of Kubernetes do: suites are not nested, a case is
 * known by its name within its class, `skipped` makes it skipped unless it also failed, `failure` and
 * `error` both make it failed.
 */
export function readAsSonobuoy(root: Tree): ReadCase[] {
  const suites =
    root.name === 'testsuites' ? root.children.filter(({ name }) => name === 'testsuite') : [root];
  return suites.flatMap((suite) =>
    suite.children
      .filter(({ name }) => name === 'testcase')
      .map((one): ReadCase => {
        const child = (name: string) => one.children.find((candidate) => candidate.name === name);
        const broken = child('failure') ?? child('error');
        return {
          identity: JSON.stringify([one.attributes.classname, one.attributes.name]),
          status: broken ? 'failed' : child('skipped') ? 'skipped' : 'passed',
          message: broken ? broken.text || (broken.attributes.message ?? '') : '',
        };
      }),
  );
}
