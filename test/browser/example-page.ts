import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as chrome, type Page } from 'playwright-core';
import { chromium } from '../helpers/chromium.ts';

export const root = new URL('../..', import.meta.url).pathname;

/** What the page is given where a test has nothing of its own to give: the first documents of the sample. */
export interface Given {
  readonly corpus: string;
  readonly teacher: string;
}

export interface OpenPage {
  readonly page: Page;
  /** Every address that the page and its workers asked for. */
  readonly asked: readonly string[];
  /** Errors, thrown and logged. */
  readonly complaints: readonly string[];
  give(given?: Partial<Given>): Promise<void>;
  /** Waits for the work to end, and gives what the page then says. */
  ended(): Promise<string>;
  download(): Promise<{ name: string; bytes: Uint8Array }>;
}

const gpus = {
  // SwiftShader: a Vulkan device that is the processor.
  webgpu: { flags: ['--enable-unsafe-webgpu'], driver: '/usr/lib/chromium/vk_swiftshader_icd.json' },
  none: { flags: ['--disable-gpu'], driver: '' },
};
export type Gpu = keyof typeof gpus;

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** The example page, built as its script does, on two servers of files: one of them isolates its pages from other origins. */
export class ExamplePage {
  readonly folder: string;
  readonly sample: Given;
  readonly isolated: string;
  readonly plain: string;
  readonly #browsers = new Map<string, Promise<Browser>>();
  readonly #servers: readonly Bun.Server<undefined>[];

  static async build(): Promise<ExamplePage> {
    const folder = await mkdtemp(join(tmpdir(), 'chelated-page-'));
    const script = join(root, 'scripts/build-browser-example.ts');
    if ((await Bun.spawn([process.execPath, script, folder]).exited) !== 0) throw new Error(`${script} failed`);
    const sample = {
      corpus: join(folder, 'documents.jsonl'),
      teacher: join(root, 'assets/sample/teacher/documents.safetensors'),
    };
    const lines = (await readFile(join(root, 'assets/sample/corpus.jsonl'), 'utf8')).split('\n');
    await writeFile(sample.corpus, lines.slice(0, 400).join('\n'));
    return new ExamplePage(folder, sample);
  }

  private constructor(folder: string, sample: Given) {
    this.folder = folder;
    this.sample = sample;
    this.#servers = [serveFiles(folder, isolation), serveFiles(folder, {})];
    [this.isolated, this.plain] = this.#servers.map(({ url }) => url.href) as [string, string];
  }

  browser(gpu: Gpu): Promise<Browser> {
    return this.#launched(gpu, gpu, []);
  }

  /** A browser that playwright has changed nothing of, to look at tabs that are not in front. */
  async plainBrowser(): Promise<Browser> {
    const free = Bun.serve({ port: 0, fetch: () => new Response() });
    const { port } = free;
    await free.stop(true);
    await this.#launched('plain', 'none', [`--remote-debugging-port=${port}`]);
    return chrome.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  }

  #launched(name: string, gpu: Gpu, more: readonly string[]): Promise<Browser> {
    const { flags, driver } = gpus[gpu];
    const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
    const env = { ...process.env, XDG_RUNTIME_DIR: this.folder, VK_ICD_FILENAMES: driver };
    const known =
      this.#browsers.get(name) ?? chrome.launch({ executablePath: chromium!, args: [...args, ...flags, ...more], env });
    this.#browsers.set(name, known);
    return known;
  }

  async open(url = this.plain, gpu: Gpu = 'none', options: Parameters<Browser['newPage']>[0] = {}): Promise<OpenPage> {
    const page = await (await this.browser(gpu)).newPage(options);
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    // Machines are busy, and some of the work is large.
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    return {
      ...{ page, asked, complaints },
      give: async ({ corpus = this.sample.corpus, teacher = this.sample.teacher } = {}) => {
        await page.setInputFiles('#corpus', corpus);
        await page.setInputFiles('#vectors', teacher);
      },
      ended: async () => {
        await page.locator('#start:enabled').waitFor();
        return (await page.textContent('#said'))!;
      },
      download: async () => {
        const [download] = await Promise.all([page.waitForEvent('download'), page.press('#download', 'Enter')]);
        return { name: download.suggestedFilename(), bytes: new Uint8Array(await readFile(await download.path())) };
      },
    };
  }

  async close(): Promise<void> {
    for (const browser of this.#browsers.values()) await (await browser).close();
    for (const server of this.#servers) await server.stop(true);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function serveFiles(folder: string, headers: Record<string, string>) {
  return Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const file = Bun.file(join(folder, pathname === '/' ? 'index.html' : pathname));
      return (await file.exists()) ? new Response(file, { headers }) : new Response('', { status: 404 });
    },
  });
}
