import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FAULTS } from '../model/faults.ts';
import { loadKnownFaults } from './known-faults.ts';

const known = await loadKnownFaults(fileURLToPath(new URL('../../suites/catalog', import.meta.url)));

test('a server that ends data at LF . LF is never told that it does so only in silence', () => {
  const narrow = known.find(({ name }) => name === 'smtp-ends-data-at-lf-dot-lf-and-silence');
  expect(narrow?.signature).toHaveProperty('SMTP-014');
  expect(narrow?.text).toBe(FAULTS['smtp-ends-data-at-lf-dot-lf']);
});
