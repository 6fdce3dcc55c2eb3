import { describe, expect, test } from 'vitest';
import { type PageElement, readPage } from '../../consumers/html.ts';
import { postfixRun } from '../../fixtures/postfix.ts';
import { LANGUAGES } from '../../model/language.ts';
import { writeHtml } from './page.ts';

describe.each(LANGUAGES)('the page in %s', (language) => {
  const { elements } = readPage(writeHtml(postfixRun(), language));
  const named = (name: string) => elements.filter((element) => element.name === name);

  test('has one first heading, and no heading skips a level', () => {
    const levels = elements.flatMap((element) => levelOf(element) ?? []);
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries()) {
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    }
  });

  test('has landmarks, and begins with a link past them', () => {
    expect(named('main')).toHaveLength(1);
    expect(named('header')).toHaveLength(1);
    expect(named('footer')).toHaveLength(1);
    expect(named('nav').map(({ attributes }) => attributes.get('aria-label'))).not.toContain(undefined);
    expect(named('a')[0]?.attributes.get('href')).toBe('#main');
  });

  test('has a label around every control, and a legend around every group of them', () => {
    expect(named('input').length).toBeGreaterThan(5);
    for (const { path } of named('input')) {
      expect(path).toContain('label');
      expect(path).toContain('fieldset');
    }
    expect(named('legend')).toHaveLength(named('fieldset').length);
  });

  test('says of every head of a table what it is the head of', () => {
    for (const { attributes } of named('th')) {
      expect(['col', 'row', 'rowgroup']).toContain(attributes.get('scope'));
    }
  });

  test('keeps pictures from screen readers, for words stand beside them', () => {
    for (const { attributes } of named('svg')) expect(attributes.get('aria-hidden')).toBe('true');
  });

  test('names what can be scrolled, and lets the keyboard reach it', () => {
    const regions = elements.filter(({ attributes }) => attributes.get('role') === 'region');
    expect(regions.length).toBeGreaterThan(0);
    for (const { attributes } of regions) {
      expect(attributes.get('tabindex')).toBe('0');
      expect(attributes.get('aria-label')).toBeTruthy();
    }
  });

  test('opens every part that is closed by a summary of its own', () => {
    expect(named('summary')).toHaveLength(named('details').length);
    for (const { path } of named('summary')) expect(path.at(-1)).toBe('details');
  });
});

function levelOf({ name, attributes }: PageElement): number | null {
  if (attributes.get('role') === 'heading') return Number(attributes.get('aria-level'));
  return /^h[1-6]$/.test(name) ? Number(name.slice(1)) : null;
}
