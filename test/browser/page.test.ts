import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { parseDataset } from '../../src/evaluate/dataset.ts';
import { search } from '../../src/evaluate/search.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { chromium } from '../helpers/chromium.ts';
import { inkAndPaper } from '../helpers/ink-and-paper.ts';
import { ExamplePage, root } from './example-page.ts';

setDefaultTimeout(120_000);

describe.skipIf(chromium === null)('the example page, in Chromium', () => {
  let example: ExamplePage;
  beforeAll(async () => {
    example = await ExamplePage.build();
  });
  afterAll(() => example?.close());

  const wholeSample = join(root, 'assets/sample/corpus.jsonl');
  /** The page hears of the end of a worker a moment after it. */
  const noWorker = async (page: Page) => {
    for (let tries = 0; tries < 100 && page.workers().length > 0; tries++) await Bun.sleep(50);
    expect(page.workers().length).toBe(0);
  };

  test('does all of it from the keyboard alone', async () => {
    const { page, complaints, ended } = await example.open();
    // Choosers are caught from now on: asked for together with the key that opens one, that may come too late.
    page.on('filechooser', () => {});
    /** Goes on by Tab until the control is reached, which must show that it is. */
    const tabTo = async (id: string) => {
      for (let presses = 0; presses < 12; presses++) {
        await page.keyboard.press('Tab');
        const [now, outline] = (await page.evaluate(
          '[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]',
        )) as [string, string];
        if (now === id) return expect([id, outline]).toEqual([id, 'solid']);
      }
      throw new Error(`Tab does not reach ${id}`);
    };
    const choose = async (id: string, file: string) => {
      await tabTo(id);
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
      await chooser.setFiles(file);
    };
    await choose('corpus', example.sample.corpus);
    await choose('vectors', example.sample.teacher);
    await tabTo('kind');
    await tabTo('force');
    await tabTo('start');
    await page.keyboard.press('Enter');
    expect(await ended()).toContain('promoted');
    await tabTo('download');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    await tabTo('query');
    await page.keyboard.type('material that a person consists of');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#after li');
    expect(complaints).toEqual([]);

    // Both sides are what the library finds with the adapter that was downloaded.
    const kernels = await loadKernels();
    const student = await openEncoder('static', { kernels });
    const adapter = await loadAdapter(await readFile(await download.path()), { encoder: student, kernels });
    const { documents } = parseDataset({ name: '', corpus: await readFile(example.sample.corpus, 'utf8') });
    const ids = documents.map(({ id }) => id);
    const both = async (texts: string[], role: 'document' | 'query') => {
      const { vectors } = await student.encode(texts, { role });
      return { before: vectors, after: await adapter.correct({ vectors, tokens: student.tokenize(texts) }) };
    };
    const texts = documents.map(({ text }) => text);
    const [index, query] = [await both(texts, 'document'), await both(['material that a person consists of'], 'query')];
    for (const side of ['before', 'after'] as const) {
      const [list] = search({ kernels, documents: index[side], ids, queries: query[side], k: 10 });
      const lines = list!.ids.map((id, i) => `${id} · ${list!.scores[i]!.toFixed(3)}`);
      expect(await page.locator(`#${side} li small`).allTextContents()).toEqual(lines);
    }
    const [before, after] = [await page.locator('#before').boundingBox(), await page.locator('#after').boundingBox()];
    expect([before!.y === after!.y, before!.x < after!.x]).toEqual([true, true]);
    await page.close();
  });

  test('takes a file that is dropped', async () => {
    const { page } = await example.open();
    const drop = `(() => {
      const files = new DataTransfer();
      files.items.add(new File(['{"_id": "a", "text": "b"}'], 'dropped.jsonl'));
      const event = (type) => document.querySelector('#drop').dispatchEvent(new DragEvent(type, { dataTransfer: files, cancelable: true, bubbles: true }));
      return [event('dragover'), event('drop'), document.querySelector('#corpus').files[0].name];
    })()`;
    // Prevented: the browser does not leave the page to show the file.
    expect(await page.evaluate(drop)).toEqual([false, false, 'dropped.jsonl']);
    await page.close();
  });

  test('cancelled, it keeps no adapter, and can begin again', async () => {
    const { page, complaints, give, ended, download } = await example.open();
    await give({ corpus: wholeSample });
    // In the page, at the very step: on a busy machine it can be over before it is seen from outside.
    await page.evaluate(`new MutationObserver((_, observer) => {
      if (!document.querySelector('#said').textContent.includes('choosing the fit')) return;
      observer.disconnect();
      document.querySelector('#cancel').click();
    }).observe(document.querySelector('#said'), { childList: true })`);
    await page.click('#start');
    expect(await ended()).toBe('Cancelled: no adapter was made.');
    const left =
      '[document.querySelector("#download").href, document.querySelector("#result").hidden, document.querySelector("#share").value]';
    expect(await page.evaluate(left)).toEqual(['', true, 0]);
    await noWorker(page);
    await Bun.sleep(500);
    expect([await page.evaluate(left), await page.textContent('#said')]).toEqual([
      ['', true, 0],
      'Cancelled: no adapter was made.',
    ]);
    await give();
    await page.click('#start');
    expect(await ended()).toContain('promoted');
    const { card } = await readAdapter((await download()).bytes);
    expect(card.documents).toBe(400);
    // Cancelled the second time, the first adapter is gone too: what the page shows is what the last files gave.
    await give({ corpus: wholeSample });
    await page.click('#start');
    await page.click('#cancel');
    expect([await ended(), await page.isVisible('#result')]).toEqual(['Cancelled: no adapter was made.', false]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('says how far it is, for those who look and for those who listen', async () => {
    const { page, give, ended } = await example.open();
    await page.evaluate(`(() => {
      window.heard = [];
      new MutationObserver(() => heard.push(document.querySelector('#said').textContent)).observe(document.querySelector('#said'), { childList: true });
    })()`);
    expect(await page.getAttribute('#said', 'aria-live')).toBe('polite');
    await give();
    await page.click('#start');
    await ended();
    const heard = (await page.evaluate('heard')) as string[];
    const steps = [
      'encoding documents',
      'teacher’s vectors',
      'choosing the fit',
      'judging',
      'fitting on all documents',
    ];
    expect(steps.filter((step) => !heard.some((line) => line.startsWith(step)))).toEqual([]);
    expect(new Set(heard).size).toBe(heard.length);
    await page.close();
  });

  test('goes on while another tab is in front of it', async () => {
    // As a person has it: pages that playwright opens are told that they are always seen.
    const browser = await example.plainBrowser();
    const [context] = browser.contexts();
    const page = await context!.newPage();
    await page.goto(example.plain);
    await page.setInputFiles('#corpus', wholeSample);
    await page.setInputFiles('#vectors', example.sample.teacher);
    await page.click('#start');
    await (await context!.newPage()).bringToFront();
    const seen = 'document.visibilityState';
    for (let tries = 0; tries < 100 && (await page.evaluate(seen)) !== 'hidden'; tries++) await Bun.sleep(20);
    const running = '[document.visibilityState, document.querySelector("#cancel").disabled]';
    expect(await page.evaluate(running)).toEqual(['hidden', false]);
    for (let tries = 0; tries < 400 && (await page.evaluate('cancel.disabled')) === false; tries++)
      await Bun.sleep(100);
    expect([await page.evaluate(running), await page.textContent('#said')]).toEqual([
      ['hidden', true],
      expect.stringContaining('promoted'),
    ]);
  });

  test('what the gate refuses is named so, and what cannot be used is explained', async () => {
    const { page, give, ended, download } = await example.open();
    await give();
    await page.selectOption('#kind', 'affine');
    await page.click('#start');
    expect(await ended()).toContain('refused');
    expect([(await download()).name, await page.textContent('#verdict')]).toEqual([
      'adapter.refused.onnx',
      expect.stringMatching(/^refused: /),
    ]);
    const file = join(example.folder, 'broken.jsonl');
    await writeFile(file, '{"_id": "a", "text": "b"}\nnot JSON');
    await give({ corpus: file });
    await page.click('#start');
    expect(await ended()).toContain('broken.jsonl, line 2');
    expect(await page.isVisible('#result')).toBe(false);
    await noWorker(page);
    await page.close();
  });

  test('its policy lets nobody else be asked, by the page or by its worker', async () => {
    const elsewhere: string[] = [];
    const other = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch(request) {
        elsewhere.push(request.url);
        return new Response('', { headers: { 'access-control-allow-origin': '*' } });
      },
    });
    const { page, give, ended } = await example.open();
    await give();
    await page.click('#start');
    await ended();
    const ask = (url: string) => `fetch(${JSON.stringify(url)}).then(() => 'answered', () => 'blocked')`;
    const [worker] = page.workers();
    for (const evaluate of [(code: string) => page.evaluate(code), (code: string) => worker!.evaluate(code)]) {
      expect(await evaluate(ask(other.url.href))).toBe('blocked');
      expect(await evaluate(ask(`${example.plain}index.html`))).toBe('answered');
    }
    const inline =
      "(() => { const s = document.createElement('script'); s.textContent = 'document.title = \"ran\"'; document.body.append(s); return document.title; })()";
    expect(await page.evaluate(inline)).toBe('chelated in the browser');
    expect(elsewhere).toEqual([]);
    await other.stop(true);
    await page.close();
  });

  test('is light or dark as the reader’s system is, and readable in both', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await example.open(example.plain, 'none', { colorScheme });
      const [ink, paper] = await inkAndPaper(page);
      expect(colorScheme === 'light' ? paper - ink : ink - paper).toBeGreaterThan(0.7);
      await page.close();
    }
  });
});
