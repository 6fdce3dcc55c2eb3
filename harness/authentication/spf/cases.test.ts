import { describe, expect, test } from 'vitest';
import { lookUpIn } from './case-lookup.ts';
import { caseFiles } from './cases.ts';
import { evaluate } from './policy.ts';
import { replay } from './replay.ts';

for (const [file, cases] of caseFiles()) {
  describe(`the evaluator agrees with ${file}`, () => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      const { result, comment } = await evaluate(one, lookUpIn(one.zone));
      expect(one.results, comment).toContain(result);
    });
  });
}

describe('a case moved to a lab', () => {
  const to = { domain: 'c1-0123.test', address: '198.51.100.9', other: '192.0.2.5' };
  const cases = caseFiles().get('mailspec.yaml') ?? [];
  const named = (name: string) => {
    const found = cases.find((one) => one.name === name);
    if (!found) throw new Error(`There is no case "${name}".`);
    return found;
  };

  test('has the names and the client of the lab', async () => {
    expect(await replay(named('macros: address-reversed'), to)).toMatchObject({
      sender: 'a@reversed.example.com.c1-0123.test',
      hello: 'hello.example.com.c1-0123.test',
      results: ['pass'],
      records: expect.arrayContaining([
        { name: '9.100.51.198.list.example.com.c1-0123.test', type: 'A', data: '127.0.0.2' },
        { name: 'reversed.example.com.c1-0123.test', type: 'A', data: '192.0.2.5' },
        expect.objectContaining({ name: 'reversed.example.com.c1-0123.test', type: 'MX' }),
      ]),
    });
  });

  test.each([
    ['addresses: six-in-network', 'the client has no IPv4 address'],
    ['limits: silent-policy', 'waits for a time-out'],
  ])('%s cannot be moved', async (name, impossible) => {
    expect(await replay(named(name), to)).toEqual({ impossible });
  });

  test('nearly all of our own can be', async () => {
    const moved = await Promise.all(cases.map((one) => replay(one, to)));
    expect(moved.filter((one) => 'impossible' in one).length).toBeLessThan(cases.length / 10);
  });
});
