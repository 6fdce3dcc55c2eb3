import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded } from '../../../harness/model/seeded.ts';
import { chromiumForTests, openReader, type Reader } from '../../consumers/chromium.ts';
import { rawText, visibleText } from '../../fixtures/hostile-text.ts';
import { randomRecord, randomRecordWhere } from '../../fixtures/random-record.ts';
import { specified } from '../../fixtures/specifications.ts';
import { writeTestReportHtml } from './test-report.ts';

const path = chromiumForTests('the report of a test specification');

describe.skipIf(path === null)('the report of a test specification in Chromium', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await openReader(path ?? '');
  });
  afterAll(() => reader.close());

  test('runs, loads and asks for nothing, whatever a server or a vendor said', async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const text = seed % 2 === 0 ? rawText : visibleText;
      const record = specified(randomRecord(seeded(seed), text), seeded(seed), text);
      const { page, incidents } = await reader.open(writeTestReportHtml(record));
      expect(await page.locator('h1').isVisible()).toBe(true);
      expect({ seed, incidents }).toEqual({ seed, incidents: [] });
      await page.context().close();
    }
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'axe has nothing against it in %s, %i px wide, and nothing lies beyond the edge',
    async (colorScheme, width) => {
      const plain = randomRecordWhere(({ targets }) => targets.some(({ results }) => results.length > 10));
      const record = specified(plain, seeded(3), () => 'text');
      const { page } = await reader.open(writeTestReportHtml(record), {
        colorScheme,
        viewport: { width, height: 900 },
      });
      await page.evaluate(axe.source);
      expect(await page.evaluate<string[]>(COMPLAINTS)).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await page.context().close();
    },
  );
});

/** Text, as functions would need the types of the DOM. */
const COMPLAINTS = `
  axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ' ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' ')))`;
