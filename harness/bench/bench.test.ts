import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));

// How long anything takes is nobody's promise: the tables are there, and the relays of a distance carry an audit.
test('the benchmark prints its table for one check, near and further away', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    BENCH,
    ...['--runs', '1', '--rtt', '0,5', '--only', 'STLS-001', '--no-containers'],
  ]);
  const [title, head, ...rows] = stdout.trimEnd().split('\n');
  expect(title).toBe('The reference server, in the process of mailspec');
  expect(head).toMatch(/^what +runs +wall s +CPU s +peak MB +connections +longest check s +wall \/ longest$/);
  expect(rows).toEqual([
    expect.stringMatching(/^start to first octet on the wire +1 +[\d.]+$/),
    expect.stringMatching(/^STLS-001, \+0 ms +1( +[\d.]+){6}$/),
    expect.stringMatching(/^STLS-001, \+5 ms +1( +[\d.]+){4}$/),
  ]);
});
