import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { logLine } from './log-line.ts';

/** What the runners of GitHub, Azure and TeamCity take for a command. */
const COMMAND = /^\s*::|##\[|##vso\[|##teamcity\[/i;

test.each([
  '::error file=a,line=1::forged',
  '    ::set-output name=verdict::pass',
  'mx: ##[error]forged',
  '####[error]forged',
  '##vso[task.complete result=Succeeded;]',
  "##TeamCity[testFailed name='x']",
])('%s is no command any more', (text) => {
  expect(text).toMatch(COMMAND);
  expect(logLine(text)).not.toMatch(COMMAND);
});

test('a command after colours of ours is none either', () => {
  const coloured = '\u001b[2m      \u001b[1m::error::forged\u001b[22m';
  expect(stripVTControlCharacters(coloured)).toMatch(COMMAND);
  expect(stripVTControlCharacters(logLine(coloured))).not.toMatch(COMMAND);
});

test.each(['mx: fe80::1 answers', '250 ok # 1', '## heading', '  - item', ''])(
  '%j stays as it is',
  (text) => {
    expect(logLine(text)).toBe(text);
  },
);
