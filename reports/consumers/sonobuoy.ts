import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/**
 * Reads as Sonobuoy and the bots of Kubernetes do: suites are not nested, `skipped` outweighs everything,
 * `failure` and `error` both fail a case and its suite, attribute and body are shown one after the other.
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
          identity: JSON.stringify([suite.attributes.name, one.attributes.name]),
          status: child('skipped') ? 'skipped' : broken ? 'failed' : 'passed',
          message: broken ? `${broken.attributes.message ?? ''} ${broken.text}`.trim() : '',
        };
      }),
  );
}
