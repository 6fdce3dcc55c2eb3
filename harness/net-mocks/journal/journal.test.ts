import { expect, test } from 'vitest';
import { createJournal } from './journal.ts';

test('pages begin at the cursor and name the next one', () => {
  const journal = createJournal<{ what: string }>();
  journal.append({ what: 'a' });
  const cursor = journal.since(1).next;
  journal.append({ what: 'b' });
  expect(journal.since(cursor)).toEqual({ entries: [{ what: 'b', seq: 2 }], next: 3, lost: 0 });
});

test('a bounded journal says how many entries it dropped', () => {
  const journal = createJournal<{ n: number }>(10);
  for (let n = 1; n <= 11; n += 1) journal.append({ n });
  expect(journal.since(1).lost).toBe(1);
  expect(journal.since(2).lost).toBe(0);
});

test('cleared entries are gone but numbers go on, so old cursors stay valid', () => {
  const journal = createJournal<{ n: number }>();
  journal.append({ n: 1 });
  journal.clear();
  expect(journal.append({ n: 2 }).seq).toBe(2);
  expect(journal.since(1).entries.map((entry) => entry.n)).toEqual([2]);
});

test('a wait ends with an entry of the past, of the future, or a changed one', async () => {
  const journal = createJournal<{ n: number }>();
  const first = journal.append({ n: 1 });
  expect(await journal.wait((entry) => entry.n === 1, { deadlineMs: 0 })).toBe(first);

  const later = journal.wait((entry) => entry.n === 2, { deadlineMs: 60_000 });
  journal.append({ n: 2 });
  expect((await later)?.seq).toBe(2);

  const changed = journal.wait((entry) => entry.n === 3, { deadlineMs: 60_000 });
  first.n = 3;
  journal.changed(first);
  expect(await changed).toBe(first);
});

test('a wait gives null at the deadline, on abort, on close, and for entries before its cursor', async () => {
  const journal = createJournal<{ n: number }>();
  journal.append({ n: 1 });
  expect(await journal.wait(() => true, { since: 2, deadlineMs: 1 })).toBeNull();

  const abort = new AbortController();
  const aborted = journal.wait(() => false, { deadlineMs: 60_000, signal: abort.signal });
  abort.abort();
  expect(await aborted).toBeNull();

  const waiting = journal.wait(() => false, { deadlineMs: 60_000 });
  journal.close();
  expect(await waiting).toBeNull();
});
