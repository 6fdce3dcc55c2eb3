import { expect, test } from 'vitest';
import { diskFull } from './disk-full.ts';

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

test('a full disk is told by a sentence, also where it is the cause of another failure', () => {
  const sentence =
    'The disk is full (ENOSPC), so not everything could be written. What was found until then is in the folder "journal" of the reports.';
  expect(diskFull(full)).toBe(sentence);
  expect(diskFull(new Error('the reports cannot be trusted', { cause: full }))).toBe(sentence);
  expect(diskFull(Object.assign(new Error(), { code: 'EDQUOT', path: '/srv/out\u001b' }))).toContain(
    'The disk of /srv/out\\x1b is full (EDQUOT)',
  );
});

test('other failures are none', () => {
  expect(diskFull(new Error('no space left'))).toBeUndefined();
  expect(diskFull('ENOSPC')).toBeUndefined();
});
