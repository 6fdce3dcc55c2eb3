import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { visibleText } from '../../reports/fixtures/hostile-text.ts';
import { postfixRun } from '../../reports/fixtures/postfix.ts';
import { randomRecord } from '../../reports/fixtures/random-record.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { seeded } from '../model/seeded.ts';
import { printSummary } from './summary.ts';

function printed(record: RunRecord, verbose = false): string {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  printSummary(record, '/tmp/report', stream, { verbose });
  return stripVTControlCharacters(chunks.join(''));
}

test('whatever a server says, a terminal shows it and no CI obeys it', () => {
  for (let seed = 0; seed < 1000; seed += 1) {
    for (const line of printed(randomRecord(seeded(seed), visibleText), seed % 2 === 0).split('\n')) {
      expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      expect(line).not.toMatch(/^\s*::|##\[|##vso\[|##teamcity\[/i);
    }
  }
});

test('what is waived is told with its reason, and what is stale with its place', () => {
  const record = postfixRun();
  const [careless] = record.targets.slice(1);
  const finding = careless?.results.find(({ consequence }) => consequence === 'finding');
  if (!careless || !finding) throw new Error('The careless server has no finding.');
  const waiver = {
    reason: 'It goes in March.',
    authority: 'Operations',
    expires: '2027-03-31',
    place: 'f.yaml:3:5',
  };
  const results = careless.results.map((result) =>
    result === finding ? { ...result, consequence: 'waived' as const, waiver } : result,
  );
  const stale = {
    ...waiver,
    target: 'gone',
    check: 'STLS-001',
    verdict: 'fail',
    state: 'stale',
    why: 'It is old.',
  } as const;
  const text = printed({ ...record, targets: [{ ...careless, results }], expected: [stale] });
  expect(text).toContain('waived until 2027-03-31 by Operations: It goes in March. (f.yaml:3:5)');
  expect(text).toContain('f.yaml:3:5: It is old.');
});
