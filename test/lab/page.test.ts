import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium as chrome } from 'playwright-core';
import { experiments } from '../../src/lab/experiments.ts';
import { overSeeds } from '../../src/lab/mean-row.ts';
import { reportPage } from '../../src/lab/write-report.ts';
import { chromium } from '../helpers/chromium.ts';
import { madeUpRows } from './made-up-rows.ts';

// Why skipped: there is no Chromium here. CHELATED_BROWSER names one.
describe.skipIf(chromium === null)('reportPage in Chromium', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chelated-page-'));
    browser = await chrome.launch({ executablePath: chromium!, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const experiment of experiments) {
    test(`${experiment.name}: reads without network, on light and on dark`, async () => {
      const file = join(folder, `${experiment.name}.html`);
      await writeFile(
        file,
        await reportPage(experiment.report(overSeeds(madeUpRows[experiment.name]!, experiment.parameters))),
      );
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ colorScheme, offline: true });
        const page = await context.newPage();
        const asked: string[] = [];
        const wrong: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        page.on('console', (message) => wrong.push(message.text()));
        page.on('pageerror', (error) => wrong.push(String(error)));
        await page.goto(pathToFileURL(file).href);
        expect(await page.locator('h1').count()).toBe(1);
        expect(await page.locator('figure svg').count()).toBeGreaterThan(0);
        expect(await page.locator('tbody tr').count()).toBeGreaterThan(0);
        // In the page, where a string is what crosses over.
        const drawn = await page.evaluate(
          `Array.from(document.querySelectorAll('svg'), (svg) => svg.getBoundingClientRect().width).every((w) => w > 300)`,
        );
        expect(drawn).toBe(true);
        const [ink, paper] = (await page.evaluate(
          `[getComputedStyle(document.querySelector('svg text')).fill, getComputedStyle(document.body).backgroundColor]`,
        )) as [string, string];
        const [text, ground] = [brightness(ink), brightness(paper)];
        expect(colorScheme === 'dark' ? text - ground : ground - text).toBeGreaterThan(128);
        expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
        expect(wrong).toEqual([]);
        await context.close();
      }
    }, 120_000);
  }
});

/** Of "rgb(r, g, b)", 0 … 255. */
function brightness(colour: string): number {
  const [r, g, b] = colour.match(/[\d.]+/g)!.map(Number) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
