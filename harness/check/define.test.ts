import { describe, expect, test } from 'vitest';
import { definitionOf } from '../engine/testing/definition.ts';
import type { Clause } from '../model/clause.ts';
import { type CheckDefinition, check } from './define.ts';

const body = async () => {};
const define = (over: Partial<CheckDefinition>) => check(definitionOf(over), body);

describe('a check', () => {
  test('is a frozen record of definition, suite, body and place', () => {
    const definition = definitionOf();
    const made = check(definition, body);
    expect(made).toEqual({
      definition,
      suite: 'smtp-core',
      body,
      source: { file: 'harness/check/define.test.ts', line: expect.any(Number) },
    });
    expect(Object.isFrozen(made)).toBe(true);
    expect(Object.isFrozen(made.definition)).toBe(true);
  });

  test('knows the line on which it is defined', () => {
    const here = Number(/define\.test\.ts:(\d+):/.exec(new Error('here').stack ?? '')?.[1]);
    const made = check(definitionOf(), body);
    expect(made.source.line).toBe(here + 1);
  });
});

describe('a malformed definition is refused', () => {
  test.each(['SMTP-1', 'SMTP-0001', 'smtp-001', 'SMTP001', 'SMTP-01a', '', 'SMTP-001\n'])(
    'code "%s"',
    (id) => {
      expect(() => define({ id: id as CheckDefinition['id'] })).toThrow(/suite prefix and three digits/);
    },
  );

  test.each(['', 'Upper-case', 'two  words', 'two words', '-lead', 'trail-', 'a--b', 'under_score', 'a\n'])(
    'slug "%s"',
    (slug) => {
      expect(() => define({ slug })).toThrow(/lower case words joined by hyphens/);
    },
  );

  test('a clause without a section', () => {
    expect(() => define({ clauses: ['rfc5321#4.2', 'memo#' as Clause] })).toThrow(/memo# names no section/);
  });

  test('a budget that is none', () => {
    expect(() => define({ budget: '8 seconds' as CheckDefinition['budget'] })).toThrow(/8 seconds/);
  });
});
