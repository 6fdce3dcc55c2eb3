import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/** Of several outcomes of a case the first of these counts. */
const ORDER = ['error', 'failure', 'skipped'] as const;

/**
 * Reads as EnricoMi/publish-unit-test-result-action does: suites may be nested, the worst outcome child
 * counts, and cases with the same file, class and name are runs of one test. It also shows the output of
 * suites, for which it needs both elements to hold text where they are there at all.
 * @throws Error where the action would crash
 */
export function readAsPublishUnitTestResult(root: Tree): ReadCase[] {
  const tests = new Map<string, ReadCase>();
  for (const one of casesOf(root)) {
    const shown = ORDER.flatMap((name) => one.children.filter((child) => child.name === name))[0];
    const { file, classname, name } = one.attributes;
    const identity = JSON.stringify([file, classname, name]);
    if ((tests.get(identity)?.status ?? 'passed') !== 'passed') continue;
    tests.set(identity, {
      identity,
      status: shown === undefined ? 'passed' : shown.name === 'skipped' ? 'skipped' : 'failed',
      message: shown ? [shown.attributes.message ?? '', shown.text].join('\n').trim() : '',
    });
  }
  return [...tests.values()];
}

function casesOf(tree: Tree): Tree[] {
  return tree.children.flatMap((child) => {
    if (child.name === 'testcase') return [child];
    if (child.name.startsWith('system-') && child.text === '')
      throw new Error(`A ${child.name} has no text.`);
    return child.name === 'testsuite' ? casesOf(child) : [];
  });
}
