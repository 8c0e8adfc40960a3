import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import * as chelated from '../src/index.ts';

const source = new URL('../src/', import.meta.url);

/** The modules that loading `entry` loads, and what they import from outside of src/. */
async function staticImports(entry: URL, seen = new Map<string, string[]>()) {
  if (seen.has(entry.href)) return seen;
  const imports = new Bun.Transpiler({ loader: 'ts' }).scanImports(await readFile(entry, 'utf8'));
  const paths = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
  seen.set(
    entry.href,
    paths.filter((path) => !path.startsWith('.')),
  );
  for (const path of paths) if (path.startsWith('.')) await staticImports(new URL(path, entry), seen);
  return seen;
}

describe('chelated', () => {
  test('loads without a file system or a process: no module behind it imports node: or bun', async () => {
    const modules = await staticImports(new URL('index.ts', source));
    expect(modules.size).toBeGreaterThan(20);
    const outside = [...modules].flatMap(([module, paths]) => paths.map((path) => `${module} imports ${path}`));
    expect(outside.filter((line) => /imports (node:|bun\b)/.test(line))).toEqual([]);
  });

  test('opens the shipped student by name', async () => {
    const kernels = await chelated.loadKernels();
    const student = await chelated.openEncoder('static', { kernels });
    const engine = await chelated.Engine.open({ encoder: student, kernels });
    await engine.collection().upsert([{ id: 'a', text: 'a river' }]);
    expect((await engine.collection().search({ query: 'river' })).hits[0]).toMatchObject({ id: 'a' });
    await engine.close();
    student.dispose();
  });
});
