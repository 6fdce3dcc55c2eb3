import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded } from '../../../harness/model/seeded.ts';
import { chromiumForTests, openReader, type Reader } from '../../consumers/chromium.ts';
import { rawText, visibleText } from '../../fixtures/hostile-text.ts';
import { postfixRun } from '../../fixtures/postfix.ts';
import { randomRecord } from '../../fixtures/random-record.ts';
import { LANGUAGES } from '../../model/language.ts';
import { differences, type Row, rowsOf } from '../../recount/row.ts';
import { writeHtml } from './page.ts';

const path = chromiumForTests('how a browser shows the HTML report');

describe.skipIf(path === null)('Chromium', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await openReader(path ?? '');
  });
  afterAll(() => reader.close());

  test('counts in a page what the record says, whatever a server sent', async () => {
    for (let seed = 0; seed < 15; seed += 1) {
      const record = randomRecord(seeded(seed), visibleText);
      const { page, incidents } = await reader.open(writeHtml(record));
      const rows = await page.evaluate<Row[]>(ROWS);
      expect({ seed, wrong: differences(rowsOf(record), rows), incidents }).toEqual({
        seed,
        wrong: [],
        incidents: [],
      });
      await page.context().close();
    }
  });

  test('runs, loads and asks for nothing, also when escaping failed before', async () => {
    for (let seed = 0; seed < 15; seed += 1) {
      const { page, incidents } = await reader.open(writeHtml(randomRecord(seeded(seed), rawText)));
      await page.evaluate(OPEN_EVERYTHING);
      expect({ seed, incidents, foreign: await page.evaluate<string[]>(FOREIGN) }).toEqual({
        seed,
        incidents: [],
        foreign: [],
      });
      await page.context().close();
    }
  });

  test('is kept by the policy of the page from doing more than showing it', async () => {
    const attack =
      '<script>document.title = "forged"</script><img src="https://attacker.example/x.png" onerror="document.title = 1"><style>body { display: none }</style><form action="https://attacker.example/"><button>x</button></form>';
    const html = writeHtml(postfixRun());
    const { page, incidents } = await reader.open(html.replace('<main id="main">', `$&${attack}`));
    expect(await page.title()).not.toMatch(/forged|^1$/);
    expect(await page.locator('h1').isVisible()).toBe(true);
    await page.evaluate(SUBMIT);
    expect(page.url()).toMatch(/^file:/);
    const left = incidents.flatMap((one) => (one.startsWith('request: ') ? [one.slice(9)] : []));
    for (const url of left) expect(incidents).toContain(`refused (csp): ${url}`);
    const refused = incidents.filter((one) => one.includes('Content Security Policy'));
    expect(refused.length).toBeGreaterThanOrEqual(4);
    await page.context().close();
  });

  test.each(LANGUAGES)('shows the same with script and without, in %s', async (language) => {
    const pictures: Buffer[] = [];
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await reader.open(writeHtml(postfixRun(), language), {
        javaScriptEnabled,
        viewport: { width: 800, height: 1200 },
      });
      // The search is all that only a script shows; without it nothing else is missing.
      expect(await page.locator('#search').isVisible()).toBe(javaScriptEnabled);
      await page.evaluate("document.getElementById('search').hidden = true");
      pictures.push(await page.screenshot());
      await page.context().close();
    }
    expect(pictures[0]?.equals(pictures[1] ?? Buffer.of())).toBe(true);
  });

  test.each(LANGUAGES)('needs no scrolling sideways on a phone, in %s', async (language) => {
    const records = [postfixRun(), ...[1, 2, 3, 4, 5].map((seed) => randomRecord(seeded(seed), visibleText))];
    for (const [index, record] of records.entries()) {
      const { page } = await reader.open(writeHtml(record, language), {
        viewport: { width: 360, height: 740 },
      });
      await page.evaluate(OPEN_EVERYTHING);
      expect({ index, beyond: await page.evaluate<string[]>(BEYOND_THE_EDGE) }).toEqual({
        index,
        beyond: [],
      });
      await page.context().close();
    }
  });

  test.each(LANGUAGES)('searches and filters, in %s', async (language) => {
    const { page, incidents } = await reader.open(writeHtml(postfixRun(), language));
    const shown = () => page.locator('details.result[data-check]:visible').count();
    const rows = () => page.locator('.matrix tbody tr:not(.suite):visible').count();
    const told = page.locator('#search output');
    const [all, allRows] = [await shown(), await rows()];
    expect(await told.textContent()).toContain(String(all));

    await page.locator('#search select[name=suite]').selectOption('starttls');
    const inSuite = await shown();
    expect(inSuite).toBe(await page.locator('details.result[data-suite=starttls]').count());
    expect(inSuite).toBeLessThan(all);
    expect(await rows()).toBeLessThan(allRows);
    await page.locator('#search select[name=verdict]').selectOption('fail');
    expect(await shown()).toBe(
      await page.locator('details.result[data-suite=starttls][data-verdict=fail]').count(),
    );
    await page.locator('#search select[name=severity]').selectOption('critical');
    expect(await shown()).toBe(
      await page
        .locator('details.result[data-suite=starttls][data-verdict=fail][data-severity=critical]')
        .count(),
    );
    await page.locator('#search input').fill('no result says this');
    expect(await shown()).toBe(0);
    expect(await page.locator('section.results:visible').count()).toBe(0);
    expect(await told.textContent()).toMatch(/\b0 /);

    await page.locator('#search button').click();
    expect([await shown(), await rows()]).toEqual([all, allRows]);
    await page.locator('#search input').fill('rly-001 POSTFIX-CARELESS');
    expect(await shown()).toBe(1);

    // Who follows a link gets there, whatever was filtered.
    await page.locator('.contents a[href*="STLS-011"]').first().click();
    await page.locator('.filtered').first().waitFor({ state: 'detached' });
    expect(await shown()).toBe(all);

    // Paper shows everything.
    await page.locator('#search input').fill('rly-001');
    await page.emulateMedia({ media: 'print' });
    expect(await shown()).toBe(all);
    expect(await page.locator('#search').isVisible()).toBe(false);
    expect(incidents).toEqual([]);
    await page.context().close();
  });

  test('prints what matters unfolded, without what only a screen needs', async () => {
    const { page, incidents } = await reader.open(writeHtml(postfixRun()), {
      viewport: { width: 718, height: 1000 },
      colorScheme: 'dark',
    });
    const closed = page.locator('details.result.finding').first();
    await closed.locator('> summary').click();
    expect(await closed.locator('.transcript').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await closed.locator('.transcript').isVisible()).toBe(true);
    for (const absent of ['.contents', '.filter']) expect(await page.locator(absent).isVisible()).toBe(false);
    expect(await backgroundOf(page)).toBe('rgba(0, 0, 0, 0)');
    expect(await page.evaluate<string[]>(BEYOND_THE_EDGE)).toEqual([]);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const pages = [...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b/g)].length;
    expect(pages).toBeGreaterThan(5);
    expect(pages).toBeLessThan(60);
    expect(incidents).toEqual([]);
    await page.context().close();
  });
});

/** What a click on a button would do, without waiting for the page that must not come. */
const SUBMIT = "document.querySelector('form').requestSubmit()";

const OPEN_EVERYTHING = "for (const one of document.querySelectorAll('details')) one.open = true";

/** What the browser understood of every result. */
const ROWS = `
  [...document.querySelectorAll('[data-outcome]')].map(({ dataset }) => ({
    target: dataset.target, check: dataset.check, verdict: dataset.verdict, outcome: dataset.outcome,
  }))`;

/** Elements that no writer of ours writes, and attributes that run something. */
const FOREIGN = `
  [...document.querySelectorAll('script:not(body > script:last-child), img, iframe, object, embed, form, base, link, style ~ style')]
    .map(({ outerHTML }) => outerHTML)
    .concat([...document.querySelectorAll('*')].flatMap(({ attributes }) =>
      [...attributes].map(({ name }) => name).filter((name) => name.startsWith('on'))))`;

/** What sticks out where one would have to scroll the page itself. */
const BEYOND_THE_EDGE = `
  document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')]
      .filter((one) => one.checkVisibility() && !one.closest('.scroll') && one.getBoundingClientRect().right > innerWidth + 0.5)
      .map(({ outerHTML }) => outerHTML.slice(0, 160))`;

function backgroundOf(page: Page): Promise<string> {
  return page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
}
