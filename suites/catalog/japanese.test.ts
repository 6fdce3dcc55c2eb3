import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SUITES } from '../../harness/model/suites.ts';
import { fingerprint, loadTranslations } from '../../harness/runner/translations.ts';
import { CHECKS } from '../proof/proof.ts';

const FOLDER = fileURLToPath(new URL('japanese/', import.meta.url));
const TRANSLATIONS = new Map((await loadTranslations(FOLDER)).map((one) => [one.check, one]));
const PARTS = ['title', 'sends', 'demands'] as const;

/**
 * What stays as it is in any language: numbers, what is written in capitals or with capitals inside (commands,
 * keywords, protocols), tags with their values, and what stands in quotation marks.
 */
const UNTRANSLATABLE =
  /"[^"]+"|[A-Z][a-z]+(?:-(?:[A-Z][a-z]+|ID|SPF))+|[a-z]+=[A-Za-z0-9]+|[A-Za-z]*[A-Z0-9][A-Z0-9]+(?:[-.][A-Z0-9]+)*|[a-z]+[A-Z][A-Za-z]*|[A-Z][a-z]+[A-Z][A-Za-z]*?(?=s?\b)|\d+(?:[.,]\d+)*/g;

const kept = (english: string): string[] => [
  ...new Set([...english.matchAll(UNTRANSLATABLE)].map(([found]) => found.replaceAll('"', ''))),
];

test('what stays as it is in any language is recognised', () => {
  expect(kept('MAIL and "with ESMTPSA" on 587, a ClientHello, p=reject and 1,500 octets. The rest')).toEqual([
    'MAIL',
    'with ESMTPSA',
    '587',
    'ClientHello',
    'p=reject',
    '1,500',
  ]);
});

test('each suite has its file, and no check is translated that does not exist', async () => {
  const files = SUITES.map(({ slug }) => `${slug}.yaml`);
  expect((await readdir(FOLDER)).sort()).toEqual(files.sort());
  const codes = new Set<string>(CHECKS.map(({ definition }) => definition.id));
  expect([...TRANSLATIONS.keys()].filter((code) => !codes.has(code))).toEqual([]);
});

test.each(CHECKS.map(({ definition }) => [definition.id, definition] as const))(
  '%s says in Japanese what it says in English',
  (code, english) => {
    const japanese = TRANSLATIONS.get(code);
    const print = fingerprint(english);
    expect(
      japanese?.of,
      `Compare ${code} in suites/catalog/japanese with its English texts, then write of: "${print}"`,
    ).toBe(print);
    for (const part of PARTS) {
      const text = japanese?.[part] ?? '';
      expect(text, part).toMatch(/^[^\n]*[\u3041-\u30ff][^\n]*[^。.]$/);
      expect(
        kept(english[part]).filter((word) => !text.includes(word)),
        part,
      ).toEqual([]);
    }
  },
);
