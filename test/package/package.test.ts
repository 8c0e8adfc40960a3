import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const root = new URL('../..', import.meta.url).pathname;
const npm = Bun.which('npm');
const deno = join(root, 'node_modules/.bin/deno');

const program = `
import { openEncoder } from 'chelated/encode';
import { loadKernels } from 'chelated/kernels';
const kernels = await loadKernels();
const student = await openEncoder('static', { kernels });
const { vectors } = await student.encode(['a wing in a slipstream', 'boundary layer'], { role: 'document' });
console.log(JSON.stringify({ kernels: kernels.name, rows: vectors.rows, dims: vectors.dims, norm: Math.hypot(...vectors.data.subarray(0, vectors.dims)) }));
`;

async function run(command: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn([...command], { cwd, stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${out}\n${err}`);
  return out;
}

// Bun alone has no `npm pack`; the package itself is the same.
describe.skipIf(npm === null)('the packed package, installed into an empty project', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'chelated-package-'));
    await run([npm!, 'pack', '--silent', '--pack-destination', project], root);
    const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz'))!;
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
    await writeFile(join(project, 'use.mjs'), program);
    await run([npm!, 'install', '--silent', '--ignore-scripts', '--prefer-offline', join(project, tarball)], project);
  }, 300_000);

  afterAll(() => rm(project, { recursive: true, force: true }));

  const runtimes: readonly [name: string, command: readonly string[]][] = [
    ['Node', ['node', 'use.mjs']],
    ['Bun', [process.execPath, 'use.mjs']],
    ['Deno', [deno, 'run', '--allow-read', '--allow-env', '--node-modules-dir=manual', 'use.mjs']],
  ];
  for (const [name, command] of runtimes) {
    test(`embeds with the shipped student in ${name}`, async () => {
      const answer = JSON.parse(await run(command, project));
      expect(answer).toMatchObject({ kernels: 'simd', rows: 2, dims: 256 });
      expect(answer.norm).toBeCloseTo(1, 6);
    });
  }

  test('has every export it names, with types', async () => {
    const modules = Object.entries(packageJson.exports).flatMap(([path, target]) =>
      typeof target === 'string' ? [] : [path],
    );
    const code = modules.map((path) => `await import('chelated${path.slice(1)}');`).join('\n');
    await writeFile(join(project, 'exports.mjs'), code);
    await run(['node', 'exports.mjs'], project);
    const files = Object.values(packageJson.exports).map((target) =>
      typeof target === 'string' ? target : target.types,
    );
    for (const file of files)
      expect(await Bun.file(join(project, 'node_modules/chelated', file)).exists(), file).toBe(true);
  });

  test('gives the command', async () => {
    expect(await run([join(project, 'node_modules/.bin/chelated'), '--help'], project)).toContain('distil');
  });
});
