import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { projectNames } from './harness/runner/project-names.ts';
import { LongestFirst } from './harness/testing/longest-first.ts';

// `npm test` runs the projects mailspec and mailspec-containers, `npx vitest run --project <target>` audits a target.
const targets = await projectNames();

/** Tests that use a container engine load the machine: they come last, when nothing else does. */
const WITH_ENGINE = [
  'harness/cli/doctor/target.test.ts',
  'harness/cli/init/image.test.ts',
  'harness/cli/vendors-way-in-container.test.ts',
  'harness/images/**/*.test.ts',
  'harness/package/image.test.ts',
  'harness/lab/sidecar/**/*.test.ts',
  'harness/targets/drivers/compose.test.ts',
  'harness/targets/drivers/container.test.ts',
  'harness/targets/drivers/network.test.ts',
  'harness/lab/lab.test.ts',
  'harness/targets/clean.test.ts',
  'harness/targets/running.test.ts',
];

const OWN = { testTimeout: 180_000, hookTimeout: 240_000, maxConcurrency: 8 };

export default defineConfig({
  test: {
    retry: 0,
    sequence: { sequencer: LongestFirst },
    pool: 'threads',
    // Most of each test is waiting, so that one worker would leave half of a small machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          ...OWN,
          name: 'mailspec',
          include: ['{harness,suites,reports,ci}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...WITH_ENGINE],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...OWN,
          name: 'mailspec-containers',
          include: WITH_ENGINE,
          sequence: { groupOrder: 1 },
        },
      },
      ...targets.map((name) => ({
        test: {
          name,
          include: ['harness/runner/audit.entry.ts'],
          globalSetup: ['harness/runner/audit-project.ts'],
          isolate: false,
          maxConcurrency: 1_000,
          experimental: { viteModuleRunner: false, nodeLoader: false },
        },
      })),
    ],
  },
});
