import { createHash } from 'node:crypto';
import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/**
 * Reads as GitLab does: `failure` before `error` before `skipped`, the message attribute only where
 * there is no body, and of several cases with the same suite, class and name only the first.
 */
export function readAsGitLab(root: Tree): ReadCase[] {
  const cases = new Map<string, ReadCase>();
  for (const { suite, one } of casesOf(root, '')) {
    const child = (name: string) => one.children.find((candidate) => candidate.name === name);
    const broken = child('failure') ?? child('error');
    const shown = broken ?? child('skipped');
    const key = `${suite}_${one.attributes.classname ?? ''}_${one.attributes.name ?? ''}`;
    const identity = createHash('sha256').update(key).digest('hex');
    if (cases.has(identity)) continue;
    cases.set(identity, {
      identity,
      status: broken ? 'failed' : shown ? 'skipped' : 'passed',
      message: shown ? shown.text || (shown.attributes.message ?? '') : '',
    });
  }
  return [...cases.values()];
}

function casesOf(tree: Tree, suite: string): { suite: string; one: Tree }[] {
  return tree.children.flatMap((child) => {
    if (child.name === 'testcase') return [{ suite, one: child }];
    return child.name === 'testsuite' ? casesOf(child, child.attributes.name ?? '') : [];
  });
}
