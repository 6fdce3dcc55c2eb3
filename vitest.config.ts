import { defineConfig } from 'vitest/config';
import { projectNames } from './harness/runner/project-names.ts';

// `npx vitest run --project mailspec` runs the project's own tests, `--project <target>` audits a target.
const targets = await projectNames();

export default defineConfig({
  test: {
    retry: 0,
    pool: 'threads',
    projects: [
      {
        test: {
          name: 'mailspec',
          include: ['{harness,suites,reports}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
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
