import { defineConfig } from 'vitest/config';

/** Runs the tests of net-mocks alone: `npx vitest run --config harness/net-mocks/vitest.config.ts`. */
export default defineConfig({
  test: { name: 'net-mocks', root: import.meta.dirname, include: ['**/*.test.ts'] },
});
