import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumForTests, openReader, type Reader } from '../../consumers/chromium.ts';
import { postfixRun } from '../../fixtures/postfix.ts';
import { LANGUAGES, type Language } from '../../model/language.ts';
import { writeHtml } from './page.ts';

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 360, height: 740 };

const path = chromiumForTests('whether everybody can use the HTML report');

describe.skipIf(path === null)('in Chromium', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await openReader(path ?? '');
  });
  afterAll(() => reader.close());

  const cases = LANGUAGES.flatMap((language) =>
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [WIDE, NARROW].map((viewport) => ({ language, colorScheme, viewport, width: viewport.width })),
    ),
  );

  test.each(cases)(
    'axe has nothing against the page in $language, $colorScheme, $width px wide',
    async ({ language, colorScheme, viewport }) => {
      const { page } = await reader.open(report(language), { colorScheme, viewport });
      await page.evaluate(OPEN_EVERYTHING);
      expect(await complaints(page)).toEqual([]);
      await page.context().close();
    },
  );

  test('axe sees what is wrong', async () => {
    const { page } = await reader.open(
      report('en')
        .replace('<html lang="en">', '<html>')
        .replace(/<h1>[\s\S]*?<\/h1>/, '<button></button>'),
    );
    const found = await complaints(page);
    expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['html-has-lang', 'button-name']));
    await page.context().close();
  });

  test('the first stop of the keyboard is the link past the contents', async () => {
    const { page } = await reader.open(report('en'), { viewport: WIDE });
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the report');
    const box = await page.locator('.skip').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator('main :focus').count()).toBe(1);
    await page.context().close();
  });

  test.each([WIDE, NARROW])(
    'the keyboard reaches everything that does something, $width px wide',
    async (viewport) => {
      const { page } = await reader.open(report('en'), { viewport });
      const due = await page.evaluate<number>(NUMBER_STOPS);
      expect(due).toBeGreaterThan(80);
      const stops: (string | null)[] = [];
      for (let index = 0; index < due; index += 1) {
        await page.keyboard.press('Tab');
        stops.push(await page.locator(':focus').getAttribute('data-stop'));
      }
      expect(stops).toEqual(Array.from({ length: due }, (_, index) => String(index)));
      await page.context().close();
    },
  );

  test.each([true, false])(
    'the keyboard filters and unfolds, script being allowed: %s',
    async (javaScriptEnabled) => {
      const { page } = await reader.open(report('en'), { viewport: WIDE, javaScriptEnabled });
      const shown = () => page.locator('.matrix tbody tr:not(.suite):visible').count();
      const all = await shown();
      await page.locator('#show-all').focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#show-finding').isChecked()).toBe(true);
      expect(await shown()).toBe(await page.locator('.matrix tbody tr.finding').count());
      expect(await shown()).toBeLessThan(all);

      const passed = page.locator('details.result.passed').first();
      await passed.locator('summary').focus();
      await page.keyboard.press('Enter');
      expect(await passed.locator('.body').isVisible()).toBe(true);
      await page.context().close();
    },
  );

  test('a link from the matrix unfolds the result that it leads to', async () => {
    const { page } = await reader.open(report('en'), { viewport: WIDE });
    const link = page.locator('.matrix a.passed').first();
    const target = page.locator((await link.getAttribute('href')) ?? '');
    expect(await target.isVisible()).toBe(false);
    await link.focus();
    await page.keyboard.press('Enter');
    expect(await target.isVisible()).toBe(true);
    await page.context().close();
  });
});

/*
 * What runs inside the page is text: as functions it would need the types of the DOM, which would be
 * global names in the whole project.
 */

/** Closed parts are not judged by anybody; so none is closed. */
const OPEN_EVERYTHING = "for (const one of document.querySelectorAll('details')) one.open = true";

/** Numbers what the keyboard should stop at, in order; of a group of radio buttons that is the chosen one. */
const NUMBER_STOPS = `
  [...document.querySelectorAll('a[href], input:checked, input[type=search], select, button, summary, [tabindex="0"]')]
    .filter((one) => one.checkVisibility())
    .map((one, index) => one.setAttribute('data-stop', index)).length`;

/** What axe objects to by any of its rules, those of good practice included. */
const COMPLAINTS = `
  axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => ({
      rule: id,
      help,
      places: nodes.slice(0, 5).map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary),
    })))`;

interface Complaint {
  readonly rule: string;
  readonly help: string;
  readonly places: readonly string[];
}

async function complaints(page: Page): Promise<Complaint[]> {
  await page.evaluate(axe.source);
  return page.evaluate<Complaint[]>(COMPLAINTS);
}

function report(language: Language): string {
  return writeHtml(postfixRun(), language);
}
