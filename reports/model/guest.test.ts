import { expect, it } from 'vitest';
import { randomRecordWhere } from '../fixtures/random-record.ts';
import { writeJunit } from '../writers/junit.ts';
import { writeMarkdown } from '../writers/markdown.ts';
import { guestLine } from './guest.ts';

const record = randomRecordWhere(({ targets }) =>
  targets.some(({ guest, results }) => guest !== undefined && results.length > 0),
);
const withGuest = {
  ...record,
  targets: record.targets.map((target) => ({
    ...target,
    guest: {
      permissions: ['safe', 'sends-mail'],
      authority: 'Jane <Doe>',
      contact: 'a@example.test',
    } as const,
  })),
};

it('reports say what a server that runs already was visited for, and who answers for it', () => {
  const markdown = writeMarkdown(withGuest);
  expect(markdown).toContain(
    'As a guest, the audit was permitted: safe, sends-mail. Authorised by: Jane <Doe>. Whom to ask: a@example.test.',
  );
  const junit = writeJunit(withGuest);
  expect(junit).toContain('<property name="permissions" value="safe, sends-mail"/>');
  expect(junit).toContain('<property name="authorised-by" value="Jane &lt;Doe&gt;"/>');
  expect(junit).toContain('<property name="contact" value="a@example.test"/>');
});

it('nothing is said of what a run made itself, nor of who is not named', () => {
  expect(guestLine({})).toBeNull();
  expect(guestLine({ guest: { permissions: ['safe'], authority: null, contact: null } })).toBe(
    'As a guest, the audit was permitted: safe.',
  );
});
