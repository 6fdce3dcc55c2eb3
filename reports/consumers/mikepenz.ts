import type { ReadCase } from './reading.ts';
import type { Tree } from './xml-tree.ts';

/**
 * Reads as mikepenz/action-junit-report does: suites may be nested, `skipped` or a `status` of
 * `disabled` or `ignored` outweighs failures, every `failure` and `error` child is shown, the message
 * being its attribute or else the first two lines of its body.
 */
export function readAsMikepenz(root: Tree): ReadCase[] {
  return read(root, []);
}

function read(tree: Tree, breadcrumb: readonly string[]): ReadCase[] {
  return tree.children.flatMap((child): ReadCase[] => {
    if (child.name === 'testsuite') return read(child, [...breadcrumb, child.attributes.name ?? '']);
    if (child.name !== 'testcase') return [];
    const skipped =
      child.children.some(({ name }) => name === 'skipped') ||
      ['disabled', 'ignored'].includes(child.attributes.status ?? '');
    const broken = child.children.filter(({ name }) => name === 'failure' || name === 'error');
    return [
      {
        identity: JSON.stringify([...breadcrumb, child.attributes.name]),
        status: skipped ? 'skipped' : broken.length > 0 ? 'failed' : 'passed',
        message: broken
          .map(({ attributes, text }) => attributes.message ?? text.trim().split('\n').slice(0, 2).join('\n'))
          .join('\n'),
      },
    ];
  });
}
