import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/** Of several outcomes of a case the first of these counts. */
const ORDER = ['error', 'failure', 'skipped'] as const;

/**
 * Reads as EnricoMi/publish-unit-test-result-action does: suites may be nested, the worst outcome child
 * counts, and cases of one suite with the same class and name are runs of one test.
 */
export function readAsPublishUnitTestResult(root: Tree): ReadCase[] {
  const tests = new Map<string, ReadCase>();
  for (const { suite, one } of casesOf(root, '')) {
    const shown = ORDER.map((name) => one.children.find((child) => child.name === name)).find(
      (child) => child !== undefined,
    );
    const identity = JSON.stringify([suite, one.attributes.classname, one.attributes.name]);
    const known = tests.get(identity);
    if (known && known.status !== 'passed') continue;
    tests.set(identity, {
      identity,
      status: shown === undefined ? 'passed' : shown.name === 'skipped' ? 'skipped' : 'failed',
      message: shown ? [shown.attributes.message ?? '', shown.text].join('\n').trim() : '',
    });
  }
  return [...tests.values()];
}

function casesOf(tree: Tree, suite: string): { suite: string; one: Tree }[] {
  return tree.children.flatMap((child) => {
    if (child.name === 'testcase') return [{ suite, one: child }];
    return child.name === 'testsuite' ? casesOf(child, child.attributes.name ?? '') : [];
  });
}
