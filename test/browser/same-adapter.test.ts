import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { dequantize } from '../../src/kernels/reference/dequantize.ts';
import { chelatedCommand } from '../cli/chelated.ts';
import { oneHot, toyModel, words } from '../encode/onnx/toy-model.ts';
import { chromium } from '../helpers/chromium.ts';
import { ExamplePage, type Given, type Gpu, type OpenPage } from './example-page.ts';

setDefaultTimeout(180_000);

const { CHELATED_CI, CHELATED_DATA, CHELATED_MODELS, CHELATED_VECTORS } = process.env;
/** Why skipped: what a test needs is not here. CI has everything, and may skip nothing. */
const lacks = (...needed: (string | undefined)[]) => CHELATED_CI === undefined && needed.includes(undefined);

/** How much the page's process may grow at its peak while it learns from 5,183 abstracts: it was 380 MB. */
const mostBytes = 512 * 2 ** 20;

describe.skipIf(chromium === null)('the adapter that the example page makes, in Chromium', () => {
  let example: ExamplePage;
  beforeAll(async () => {
    example = await ExamplePage.build();
  });
  afterAll(() => example?.close());

  /** What `chelated distil` makes of the same files. */
  async function commanded({ corpus, teacher }: Given, ...flags: string[]): Promise<Uint8Array> {
    const out = join(example.folder, 'commanded.onnx');
    // The card calls vectors by the name of their file; a page knows no folder around it.
    const id = teacher.includes('/') ? `vectors:${basename(teacher)}` : teacher;
    const command = chelatedCommand('distil', '--corpus', corpus, '--teacher', id, '--out', out, '--json', ...flags);
    const child = Bun.spawn(command, { cwd: dirname(teacher), stdout: 'ignore', stderr: 'pipe' });
    const complaint = await new Response(child.stderr).text();
    if ((await child.exited) !== 0) throw new Error(complaint);
    return new Uint8Array(await readFile(out));
  }

  /** Byte for byte; said without printing the files where they differ. */
  const expectSame = (got: Uint8Array, expected: Uint8Array) =>
    expect([got.length, Buffer.compare(got, expected)]).toEqual([expected.length, 0]);

  async function downloaded({ page, ended, download }: OpenPage): Promise<Uint8Array> {
    await page.click('#start');
    expect(await ended()).toStartWith('Done');
    const { name, bytes } = await download();
    expect(name).toBe('adapter.onnx');
    return bytes;
  }

  let lexical: Promise<Uint8Array> | undefined;
  for (const gpu of ['webgpu', 'none'] as const) {
    for (const server of ['isolated', 'plain'] as const) {
      test(`is the command line’s (WebGPU: ${gpu}, server: ${server}), and nobody else was asked for anything`, async () => {
        const opened = await example.open(example[server], gpu);
        const { page, asked, complaints, give } = opened;
        const state = '(async () => [crossOriginIsolated, (await navigator.gpu?.requestAdapter()) != null])()';
        expect(await page.evaluate(state)).toEqual([server === 'isolated', gpu === 'webgpu']);
        await give();
        const bytes = await downloaded(opened);
        lexical ??= commanded(example.sample);
        expectSame(bytes, await lexical);
        expect(complaints).toEqual([]);
        const own = (url: string) => url.replace(/^blob:/, '').startsWith(example[server]) || url === 'data:,';
        expect([asked.length > 10, asked.filter((url) => !own(url))]).toEqual([true, []]);
        await page.close();
      });
    }
  }

  test('is the command line’s also when it is affine, and forced', async () => {
    const opened = await example.open();
    await opened.give();
    await opened.page.selectOption('#kind', 'affine');
    await opened.page.check('#force');
    expectSame(await downloaded(opened), await commanded(example.sample, '--adapter', 'affine', '--force'));
    await opened.page.close();
  });

  test.skipIf(lacks(CHELATED_DATA, CHELATED_VECTORS))(
    'is the command line’s for 5,183 abstracts, in bounded memory',
    async () => {
      const given = {
        corpus: join(CHELATED_DATA!, 'scifact/corpus.jsonl'),
        teacher: join(CHELATED_VECTORS!, 'all-MiniLM-L6-v2/scifact/documents.npy'),
      };
      const opened = await example.open(example.isolated);
      const before = await rendererPeak(await example.browser('none'));
      await opened.give(given);
      const bytes = await downloaded(opened);
      const grown = (await rendererPeak(await example.browser('none'))) - before;
      expect(grown).toBeGreaterThan(0);
      expect(grown).toBeLessThanOrEqual(mostBytes);
      // An isolated page has threads, and nothing has stopped them from coming.
      const threads = opened.asked.filter((url) => url.endsWith('crew-thread.js'));
      expect(threads.length > 0).toBe(navigator.hardwareConcurrency > 1);
      expect(await opened.page.locator('#notes li').allTextContents()).toEqual([]);
      await opened.page.fill('#query', 'aspirin and the risk of cancer');
      await opened.page.press('#query', 'Enter');
      await opened.page.locator('#after li').nth(9).waitFor();
      await opened.page.close();
      expectSame(bytes, await commanded(given));
    },
  );

  test.skipIf(lacks(CHELATED_MODELS))('is the command line’s with an ONNX model as the teacher', async () => {
    const corpus = join(example.folder, 'few.jsonl');
    await writeFile(corpus, (await readFile(example.sample.corpus, 'utf8')).split('\n').slice(0, 36).join('\n'));
    const name = 'all-MiniLM-L6-v2';
    const opened = await example.open(example.isolated);
    const { page, asked, complaints } = opened;
    await page.setInputFiles('#corpus', corpus);
    await page.check('input[value="model"]');
    await page.setInputFiles('#model', join(CHELATED_MODELS!, name));
    // So few cannot be judged.
    await page.check('#force');
    const isRuntime = (url: string) => url.endsWith('.wasm') && url.includes('ort-');
    expect(asked.filter(isRuntime)).toEqual([]);
    const bytes = await downloaded(opened);
    expect(asked.filter(isRuntime).length).toBe(1);
    expect(complaints).toEqual([]);
    await page.close();
    expectSame(bytes, await commanded({ corpus, teacher: name }, '--force'));
  });

  /** A page that has been given a tiny ONNX model, and documents of the words that it knows. */
  async function withToy(gpu: Gpu, device: 'auto' | 'webgpu' | 'wasm'): Promise<OpenPage> {
    const folder = join(example.folder, 'toy');
    const toy = toyModel({ table: oneHot });
    for (const { path } of toy.files) await Bun.write(join(folder, path), await toy.read(path));
    const corpus = join(example.folder, 'toy.jsonl');
    const pairs = words.flatMap((first, i) => words.slice(i).map((second) => `${first} ${second}`));
    await writeFile(corpus, pairs.map((text, i) => JSON.stringify({ _id: i, text })).join('\n'));
    const opened = await example.open(example.plain, gpu);
    await opened.page.setInputFiles('#corpus', corpus);
    await opened.page.check('input[value="model"]');
    await opened.page.setInputFiles('#model', folder);
    await opened.page.selectOption('#device', device);
    await opened.page.check('#force');
    return opened;
  }

  test('is the same whether an ONNX model runs on a GPU or on wasm', async () => {
    const rows = [];
    for (const device of ['webgpu', 'wasm'] as const) {
      const opened = await withToy('webgpu', device);
      const { parts } = await readAdapter(await downloaded(opened));
      rows.push(dequantize(parts.tokens!.rows));
      // The build of onnxruntime that has WebGPU and no other, or the other.
      const builds = opened.asked.flatMap((url) => /ort-wasm-simd-threaded(.*)\.wasm/.exec(url)?.[1] ?? []);
      expect(builds).toEqual([device === 'webgpu' ? '.asyncify' : '']);
      await opened.page.close();
    }
    const [one, other] = rows;
    expect(one!.length).toBeGreaterThan(0);
    expect(Math.max(...one!.map((x, i) => Math.abs(x - other![i]!)))).toBeLessThanOrEqual(1e-5);
  });

  test('is not made where the GPU that was asked for is not there; a step down to wasm is said', async () => {
    const without = await withToy('none', 'webgpu');
    await without.page.click('#start');
    expect(await without.ended()).toContain('device webgpu');
    await without.page.close();
    const software = await withToy('webgpu', 'auto');
    await downloaded(software);
    expect(await software.page.locator('#notes').textContent()).toContain('the teacher runs on wasm');
    await software.page.close();
  });
});

/** Most memory that any page's process of this browser has had resident so far, in bytes. */
async function rendererPeak(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
    });
  return Math.max(...(await Promise.all(peaks)));
}
