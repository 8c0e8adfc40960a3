import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

const entry = join(import.meta.dirname, '../../src/browser/index.ts');

interface Chunk {
  readonly modules: readonly string[];
  readonly text: string;
  /** Loaded before anything is called. */
  readonly isFirst: boolean;
}

/** What a bundler makes of the entry. */
async function chunks(): Promise<Chunk[]> {
  const built = await Bun.build({
    entrypoints: [entry],
    target: 'browser',
    minify: true,
    splitting: true,
    metafile: true,
  });
  const { outputs } = built.metafile!;
  const first = new Set<string>();
  const reach = (path: string) => {
    if (first.size === first.add(path).size) return;
    for (const { path: next, kind } of outputs[path]!.imports) if (kind === 'import-statement') reach(next);
  };
  reach(Object.keys(outputs).find((path) => outputs[path]!.entryPoint)!);
  return Promise.all(
    Object.entries(outputs).map(async ([path, { inputs }]) => ({
      modules: Object.keys(inputs),
      text: await built.outputs.find((output) => join(output.path) === join(path))!.text(),
      isFirst: first.has(path),
    })),
  );
}

describe('chelated/browser, bundled', async () => {
  const all = await chunks();
  const first = all.filter(({ isFirst }) => isFirst);

  test('has at most 150 kB compressed, without table, models and onnxruntime', () => {
    const bytes = first.map(({ text }) => Bun.gzipSync(text).length);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(150_000);
  });

  test('asks for nothing of Node, early or late', () => {
    const own = all.filter(({ modules }) => !modules.some((path) => path.includes('onnxruntime-web')));
    expect(own.length).toBeGreaterThan(first.length);
    expect(own.flatMap(({ modules }) => modules.filter((path) => path.startsWith('node:')))).toEqual([]);
    expect(own.flatMap(({ text }) => text.match(/["'`]node:[\w/]+/g) ?? [])).toEqual([]);
  });

  test('leaves onnxruntime, and what only transformers need, until they are asked for', () => {
    const late = /onnxruntime-web|@huggingface|encode\/onnx\/onnx-encoder/;
    expect(first.flatMap(({ modules }) => modules.filter((path) => late.test(path)))).toEqual([]);
    expect(all.some(({ modules }) => modules.some((path) => path.includes('onnxruntime-web')))).toBe(true);
    expect(first.some(({ text }) => text.includes('ort-wasm'))).toBe(false);
  });
});
