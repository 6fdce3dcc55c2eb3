import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The Chromium of this machine; none is downloaded. Null where there is none. */
export function installedChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The Chromium that tests can open reports in. Says so in one line where there is none; with
 * MAILSPEC_REQUIRE_CHROMIUM=1 that is an error instead, so that a CI job cannot pass by not testing.
 */
export function chromiumForTests(what: string): string | null {
  const path = installedChromium();
  if (path !== null) return path;
  const why = 'No Chromium is installed (Debian: apt-get install chromium fonts-noto-cjk).';
  if (process.env.MAILSPEC_REQUIRE_CHROMIUM === '1') throw new Error(`${what}: ${why}`);
  process.stderr.write(`Not tested: ${what}. ${why}\n`);
  return null;
}

/** A page that lies open, and what it did that a report must not do. */
export interface Opened {
  readonly page: Page;
  /** Console messages, script errors, dialogs, and requests for anything but the file itself. */
  readonly incidents: readonly string[];
}

/** A browser that opens reports from files, as somebody does who got one by mail. */
export interface Reader {
  open(html: string, options?: BrowserContextOptions): Promise<Opened>;
  close(): Promise<void>;
}

export async function openReader(executablePath: string): Promise<Reader> {
  const browser = await chromium.launch({
    executablePath,
    // Names resolve to nothing: what a page might ask for leaves no machine.
    args: ['--disable-gpu', '--disable-quic', '--host-resolver-rules=MAP * ~NOTFOUND'],
  });
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-chromium-'));
  let files = 0;
  return {
    async open(html, options = {}) {
      files += 1;
      const file = join(folder, `report-${files}.html`);
      await writeFile(file, html);
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const incidents: string[] = [];
      const url = pathToFileURL(file).href;
      page.on('console', (message) => incidents.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => incidents.push(`script: ${error.message}`));
      page.on('request', (request) => {
        if (request.url() !== url) incidents.push(`request: ${request.url()}`);
      });
      page.on('requestfailed', (request) => {
        incidents.push(`refused (${request.failure()?.errorText}): ${request.url()}`);
      });
      page.on('dialog', (dialog) => {
        incidents.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(url);
      return { page, incidents };
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
