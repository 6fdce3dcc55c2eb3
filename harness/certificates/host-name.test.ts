import { expect, test } from 'vitest';
import { matchesHostName } from './host-name.ts';

test.each([
  ['mail.example.test', 'mail.example.test', true],
  ['MAIL.Example.TEST', 'mail.example.test', true],
  ['mail.example.test.', 'mail.example.test', true],
  ['*.example.test', 'mail.example.test', true],
  ['xn--bcher-kva.example', 'bücher.example', true],
  ['*.example.test', 'a.mail.example.test', false],
  ['*.example.test', 'example.test', false],
  ['m*.example.test', 'mail.example.test', false],
  ['*mail.example.test', 'mail.example.test', false],
  ['mail.*.test', 'mail.example.test', false],
  ['*.*.test', 'mail.example.test', false],
  ['*', 'localhost', false],
  ['example.test', 'mail.example.test', false],
  ['mail.example.test', 'example.test', false],
  ['', 'mail.example.test', false],
  ['mail..test', 'mail..test', false],
])('%s presented, %s sought: %s', (presented, host, matches) => {
  expect(matchesHostName(presented, host)).toBe(matches);
});
