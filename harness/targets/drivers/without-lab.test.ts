import { expect, test } from 'vitest';
import { StartFailed } from '../../containers/start-failed.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { withImageToo } from './without-lab.ts';

const ENDS = 'The container does not stay up either: it ended with status 7.';

test.each([
  new StartFailed('The lab does not answer.'),
  new ConfigurationError('The image cannot be built.'),
])('a lab that does not start does not hide an image that ends at once: %s', async (failure) => {
  const told = await withImageToo(failure, async () => ENDS);
  expect(told).toBeInstanceOf(failure.constructor);
  expect(told).toMatchObject({ message: `${failure.message}\n${ENDS}` });
});

test('an image that stays up adds nothing, nor does one that nobody could look at', async () => {
  const failure = new StartFailed('The lab does not answer.');
  expect(await withImageToo(failure, async () => null)).toBe(failure);
  expect(await withImageToo(failure, () => Promise.reject(new Error('the engine is gone')))).toBe(failure);
});

test('what is no failure to start, such as the end of the run, is passed on and the image is left alone', async () => {
  const ended = new DOMException('The run has ended.', 'AbortError');
  expect(await withImageToo(ended, () => Promise.reject(new Error('nobody looks')))).toBe(ended);
});
