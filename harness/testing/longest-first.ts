import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of minutes, of which no earlier run tells where a checkout is new. One that begins last leaves a processor
 * without work for as long as it takes.
 */
const LONG = [
  'verdicts.test.ts',
  'image.test.ts',
  'compose.test.ts',
  'environment.test.ts',
  'determinism.test.ts',
  'ordinary-life.test.ts',
  'kills.test.ts',
  'declaration.test.ts',
  'reference.test.ts',
  'smarthost.test.ts',
  'accessible-in-chromium.test.ts',
  'several-runs.test.ts',
  'run.test.ts',
  'action.test.ts',
  'cli.test.ts',
  'after-a-run.test.ts',
  'documents.test.ts',
  'page-in-chromium.test.ts',
  'without-lab.test.ts',
  'sabotage.test.ts',
  'forgery.test.ts',
];

/** The order of Vitest, but what is known to be long begins first within its group. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const group = (spec: TestSpecification) => spec.project.config.sequence.groupOrder;
    const rank = (spec: TestSpecification) => {
      const at = LONG.indexOf(basename(spec.moduleId));
      return at === -1 ? LONG.length : at;
    };
    return sorted.sort((a, b) => group(a) - group(b) || rank(a) - rank(b));
  }
}
