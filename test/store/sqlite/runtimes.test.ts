import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deno, node24, systemNode } from '../../helpers/runtimes.ts';
import { storeCases } from '../contract/all-cases.ts';

let folder: string;
let script: string;

/** One file for all of them: Deno would read the source as it is, Node would not. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-runtimes-'));
  const entry = join(import.meta.dirname, '../contract/run-contract.ts');
  const built = await Bun.build({ entrypoints: [entry], target: 'node', outdir: folder, naming: '[name].mjs' });
  script = built.outputs[0]!.path;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...command: string[]) {
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, stdout, stderr };
}

describe('openSqliteStore', () => {
  test('keeps every law in Deno', async () => keepsEveryLaw(deno, 'run', '--allow-all', '--quiet', script), 120_000);

  // Where the install scripts of dependencies are blocked there is no such Node.
  test.skipIf(node24 === null)('keeps every law in Node.js 24', () => keepsEveryLaw(node24!, script), 120_000);

  // A Node.js that has SQLite cannot show this.
  test.skipIf(systemNode === null || hasSqlite(systemNode))('says what to use where there is no SQLite', async () => {
    const { code, stderr } = await run(systemNode!, script);
    expect(code).toBe(1);
    expect(stderr).toContain('storage_failed');
    expect(stderr).toContain('use Bun, Deno or Node.js 22.13 and later, or the store in memory');
  });
});

function hasSqlite(node: string): boolean {
  return Bun.spawnSync([node, '--input-type=module', '--eval', "import 'node:sqlite'"]).exitCode === 0;
}

async function keepsEveryLaw(...command: string[]): Promise<void> {
  const { code, stdout, stderr } = await run(...command);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(storeCases.map(({ title }) => ({ title, broke: null })));
}
