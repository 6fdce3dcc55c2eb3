import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { claimsRead } from './claims-read.ts';
import { claimNames } from './targets-page.ts';

const READ = claimsRead(fileURLToPath(new URL('../../', import.meta.url)), claimNames());

test.each([
  ['a check itself', 'sender-identity', 'SUB-025'],
  ['the definition of a check, for how long it waits', 'dmarc-reports', 'DMARC-014'],
  ['a file beside it', 'pop-before-smtp', 'PBS-001'],
  ['a step', 'removes-received', 'SUB-015'],
])('what %s reads is found', (_where, claim, code) => {
  expect(READ.get(claim)).toContain(code);
});

test('every claim is read by a check, and none by all of them', () => {
  expect(claimNames().length).toBeGreaterThan(15);
  for (const claim of claimNames()) {
    expect(READ.get(claim), claim).not.toEqual([]);
    expect(READ.get(claim)?.length, claim).toBeLessThan(150);
  }
});
