import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

const entry = join(import.meta.dirname, '../../src/browser/index.ts');

interface Bundled {
  readonly kilobytes: number; // gzip, of all that is loaded before anything is called
  readonly modules: readonly string[];
  readonly text: string;
}

async function bundled(): Promise<Bundled> {
  const { outputs, metafile } = await Bun.build({
    entrypoints: [entry],
    target: 'browser',
    minify: true,
    splitting: true,
    metafile: true,
  });
  const chunks = metafile!.outputs;
  const nameOf = (path: string) => path.replace(/^\.\//, '');
  const reached = new Set<string>();
  const reach = (path: string) => {
    if (reached.size === reached.add(path).size) return;
    for (const { path: next, kind } of chunks[path]!.imports) if (kind === 'import-statement') reach(next);
  };
  reach(Object.keys(chunks).find((path) => chunks[path]!.entryPoint)!);
  const names = [...reached].map(nameOf);
  const texts = await Promise.all(
    outputs.filter(({ path }) => names.includes(nameOf(path))).map((output) => output.text()),
  );
  expect(texts.length).toBe(reached.size);
  return {
    kilobytes: texts.reduce((sum, text) => sum + Bun.gzipSync(text).length, 0) / 1000,
    modules: [...reached].flatMap((path) => Object.keys(chunks[path]!.inputs)),
    text: texts.join('\n'),
  };
}

describe('chelated/browser, bundled', async () => {
  const { kilobytes, modules, text } = await bundled();

  test('has at most 150 kB compressed, without table, models and onnxruntime', () => {
    expect(kilobytes).toBeLessThanOrEqual(150);
  });

  test('asks for nothing of Node', () => {
    expect(modules.filter((path) => path.startsWith('node:'))).toEqual([]);
    expect(text).not.toMatch(/["'`]node:/);
  });

  test('leaves onnxruntime, and what only transformers need, until they are asked for', () => {
    expect(modules.length).toBeGreaterThan(100);
    const late = /onnxruntime|@huggingface|encode\/onnx\/onnx-encoder/;
    expect(modules.filter((path) => late.test(path))).toEqual([]);
    expect(text).not.toContain('ort-wasm');
  });
});
