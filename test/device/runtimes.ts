import { existsSync, mkdtempSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as chrome } from 'playwright-core';
import { chromium } from '../helpers/chromium.ts';
import { deno, node24 } from '../helpers/runtimes.ts';
import type { CaseResult } from './device-case.ts';
import { servePage } from './page-server.ts';

/** Vulkan in software, as it comes with Debian's chromium; another driver is named by VK_ICD_FILENAMES. */
const software = '/usr/lib/chromium/vk_swiftshader_icd.json';
const driver = process.env.VK_ICD_FILENAMES ?? software;
const models = process.env.CHELATED_MODELS;

/** Why there is no device to test on, null where there is one. */
export async function missingDevice(): Promise<string | null> {
  if (!existsSync(driver)) return `no Vulkan driver ${driver}: apt-get install chromium, or set VK_ICD_FILENAMES`;
  const folders = await Promise.all(
    ['/usr/lib', '/usr/lib64', `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`].map((folder) =>
      readdir(folder).catch(() => []),
    ),
  );
  if (!folders.flat().includes('libvulkan.so.1')) return 'no libvulkan.so.1: apt-get install libvulkan1';
  if (!node24) return 'no Node 24: let npm run the install script of node';
  return chromium === null ? 'no Chromium: apt-get install chromium' : null;
}

export interface DeviceRuntime {
  readonly name: string;
  /** Runs the cases of one group in a process, or a page, of their own. */
  run(group: string): Promise<CaseResult[]>;
}

const environment = () => ({
  ...process.env,
  VK_ICD_FILENAMES: driver,
  DENO_WEBGPU_BACKEND: 'vulkan',
  XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? mkdtempSync(join(tmpdir(), 'chelated-gpu-')),
});

function inProcess(name: string, command: readonly string[]): DeviceRuntime {
  return {
    name,
    run: async (group) => {
      const file = join(import.meta.dirname, 'run-cases.ts');
      const child = Bun.spawn([...command, file, group], { env: environment(), stdout: 'pipe', stderr: 'pipe' });
      const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      const results = out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as CaseResult] : []));
      const code = await child.exited;
      if (code === 0) return results;
      return [
        ...results,
        { title: '', error: `${name} ended with ${code}: ${err.slice(-2000)}`, said: '', seconds: 0 },
      ];
    },
  };
}

const inChromium: DeviceRuntime = {
  name: 'Chromium',
  run: async (group) => {
    const server = await servePage(models);
    const args = [
      '--no-sandbox',
      '--enable-unsafe-webgpu',
      '--enable-features=Vulkan',
      '--use-webgpu-adapter=swiftshader',
    ];
    const browser = await chrome.launch({ executablePath: chromium!, args, env: environment() });
    try {
      const page = await browser.newPage();
      await page.goto(server.url.href);
      await page.waitForFunction('globalThis.runGroup !== undefined');
      return (await page.evaluate(`runGroup(${JSON.stringify(group)})`)) as CaseResult[];
    } finally {
      await browser.close();
      await server.stop(true);
    }
  },
};

export const runtimes: readonly DeviceRuntime[] = [
  inProcess('Bun', [process.execPath]),
  inProcess('Node 24', [node24 ?? '']),
  inProcess('Deno', [deno, 'run', '--allow-all', '--node-modules-dir=manual']),
  inChromium,
];
