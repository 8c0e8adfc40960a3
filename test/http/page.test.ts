import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { serve } from '../../src/runtime/bun.ts';
import type { RunningServer } from '../../src/runtime/server.ts';
import { inkAndPaper } from '../helpers/ink-and-paper.ts';
import { tinyApp } from './tiny-app.ts';

setDefaultTimeout(60_000);

const executablePath = process.env.CHELATED_CHROMIUM ?? '/usr/lib/chromium/chromium';

// `apt-get install chromium`; CI does, and so may not skip it.
describe.skipIf(!existsSync(executablePath) && process.env.CHELATED_CI === undefined)('the page, in Chromium', () => {
  let browser: Browser;
  let server: RunningServer;
  let tiny: Awaited<ReturnType<typeof tinyApp>>;

  beforeAll(async () => {
    tiny = await tinyApp({
      adapter: 'affine',
      keys: { use: ['use-key'], admin: ['admin-key'] },
      options: { sampleRate: 1, words: true },
    });
    server = await serve(tiny.app, { host: '127.0.0.1', port: 0 });
    const flags = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    browser = await chromium.launch({ executablePath, args: flags });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** The page with a key given, and everything it asked for or complained about. */
  async function opened(options: Parameters<Browser['newPage']>[0] = {}) {
    const page = await browser.newPage(options);
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      // The first look is without a key, and refused.
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
    });
    await page.goto(server.url);
    await page.fill('#key', 'admin-key');
    await page.press('#key', 'Enter');
    await page.locator('#generations tr').nth(1).waitFor();
    return { page, asked, complaints };
  }

  const said = (page: Page, hasText: string) => page.locator('#said').filter({ hasText }).waitFor();
  const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();

  test('searches from the keyboard alone, with before and after side by side', async () => {
    const { page, complaints, asked } = await opened();
    await page.focus('#query');
    await page.keyboard.type('w1 w2');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#after li');
    const lines = async (fusion?: object) => {
      const { body } = await tiny.json('POST', '/v1/search', {
        body: { query: 'w1 w2', k: 10, compare: true, fusion },
        headers: { authorization: 'Bearer use-key' },
      });
      return [body.before, body.after].map(({ hits }) =>
        hits.map(({ id, score }: { id: string; score: number }) => `${id} · ${score.toFixed(3)}`),
      );
    };
    const shown = () => Promise.all(['before', 'after'].map((side) => texts(page, `#${side} li small`)));
    const [plain, fused] = [await lines(), await lines({})];
    expect(await shown()).toEqual(plain);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.locator('#after li small').filter({ hasText: fused[1][0] }).first().waitFor();
    expect(await shown()).toEqual(fused);
    const [before, after] = [await page.locator('#before').boundingBox(), await page.locator('#after').boundingBox()];
    expect([before!.y === after!.y, before!.x < after!.x]).toEqual([true, true]);
    expect(complaints).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    await page.close();
  });

  test('every control is reached by Tab and shows that it is', async () => {
    const { page } = await opened();
    await page.evaluate('document.activeElement.blur()');
    const reached = new Set<string>();
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab');
      const [name, outline] = (await page.evaluate(
        "const e = document.activeElement; [e === document.body ? '' : e.id || e.textContent, getComputedStyle(e).outlineStyle]",
      )) as [string, string];
      if (name === '' || reached.has(name)) continue;
      reached.add(name);
      expect([name, outline]).toEqual([name, 'solid']);
    }
    for (const control of ['collection', 'key', 'query', 'fusion', 'mode', 'alpha', 'learn', 'rollback', 'Promote 0']) {
      expect([...reached]).toContain(control);
    }
    await page.close();
  });

  test('shows generations and mode, and changes them', async () => {
    const { page } = await opened();
    expect((await texts(page, '#generations tr')).map((row) => row.replace(/\d+\/.*[AP]M/, ''))).toEqual([
      expect.stringContaining('the student'),
      expect.stringContaining('affine'),
    ]);
    await page.click('text=Promote 0');
    await said(page, 'generation 0 serves');
    expect(tiny.collection.info().generation).toBe(0);
    await page.click('#rollback');
    await said(page, 'serves again');
    expect(tiny.collection.info().generation).toBe(1);
    await page.selectOption('#mode', 'hybrid');
    await page.fill('#alpha', '0.25');
    await page.press('#alpha', 'Enter');
    await said(page, 'mode hybrid');
    expect(tiny.collection.info()).toMatchObject({ mode: 'hybrid', alpha: 0.25 });
    await page.close();
  });

  test('draws collapse and alignment over time', async () => {
    const { page } = await opened();
    await tiny.collection.check();
    await page.press('#key', 'Enter');
    for (const figure of ['collapse', 'alignment']) {
      // In the page and in one look: it draws again whenever something happens.
      await page.waitForFunction((id) => {
        const plot = document.querySelector(`#${id} svg`);
        return plot?.querySelector('title') != null && plot.getBoundingClientRect().width > 200;
      }, figure);
    }
    await page.close();
  });

  test('a key that may not change is told so, and a text of the collection is shown as text', async () => {
    await tiny.collection.upsert([{ id: '<b>x</b>', text: '<img src=x onerror="document.title=1"> w7' }]);
    const { page, complaints } = await opened();
    await page.fill('#key', 'use-key');
    await page.click('#rollback');
    await said(page, 'forbidden');
    await page.fill('#query', 'w7');
    await page.press('#query', 'Enter');
    await page.waitForSelector('#after li');
    expect((await texts(page, '#after li')).join()).toContain('<img src=x');
    expect([await page.title(), await page.locator('#after img').count()]).toEqual(['chelated', 0]);
    expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
    await page.close();
  });

  test('is light or dark as the reader’s system is, and readable in both', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await opened({ colorScheme });
      const [ink, paper] = await inkAndPaper(page);
      expect(colorScheme === 'light' ? paper - ink : ink - paper).toBeGreaterThan(0.7);
      await page.close();
    }
  });

  test('its policy lets nothing from elsewhere run or be asked', async () => {
    const { page } = await opened();
    const policy = (await fetch(server.url)).headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    const blocked = page.evaluate("fetch('https://example.com').then(() => 'asked', () => 'blocked')");
    expect(await blocked).toBe('blocked');
    expect(
      await page.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = 'document.title = \"ran\"'; document.body.append(s); return document.title; })()",
      ),
    ).toBe('chelated');
    await page.close();
  });
});
