import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { addPooling } from '../../src/encode/onnx/add-pooling.ts';
import { runTokens } from '../../src/encode/onnx/run-tokens.ts';
import { ChelatedError } from '../../src/errors.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import type { ThreadedKernels } from '../../src/kernels/load.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { row } from '../../src/matrix.ts';
import { findTransformer } from '../../src/onnx/fuse/find-transformer.ts';
import { fuseTransformer } from '../../src/onnx/fuse/fuse-transformer.ts';
import { GraphEditor } from '../../src/onnx/fuse/graph-editor.ts';
import { openPartedSession } from '../../src/onnx/parted-session.ts';
import { openSession } from '../../src/onnx/session.ts';
import { codeOf } from '../encode/code-of.ts';
import { implementations } from '../kernels/implementations.ts';
import { type ToyTransformer, toyFeeds, toyTransformer } from './toy-transformer.ts';

/** tanh of rows of unit variance, after up to three layers of f32 sums of some hundred terms. */
const rounding = 2e-5;

const plain: ToyTransformer = {
  ...{ seed: 1, layers: 2, heads: 2, width: 4, inner: 20 },
  ...{ weights: 'f32', hasOutBias: true, biases: ['mask'] },
};

const toys: fc.Arbitrary<ToyTransformer> = fc.record({
  seed: fc.nat(),
  layers: fc.integer({ min: 1, max: 3 }),
  heads: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 2, max: 20 }),
  inner: fc.integer({ min: 1, max: 70 }),
  weights: fc.constantFrom('f32', 'DequantizeLinear', 'a zero point', 'a scale for all', 'Cast and Mul'),
  hasOutBias: fc.boolean(),
  biases: fc.constantFrom([], ['mask'], ['position'], ['mask', 'position'], ['position', 'mask']),
});

/** Kernels for one session, and what became of them. */
function lent(kernels: Kernels, threads = 1) {
  const use = { loaded: 0, closed: 0 };
  const load = async (): Promise<ThreadedKernels> => {
    use.loaded++;
    return { ...kernels, threads, close: () => use.closed++ };
  };
  return { use, load };
}

const options = { device: 'wasm', unpackWeights: true } as const;
const open = (bytes: Uint8Array, load: () => Promise<ThreadedKernels>, more = {}) =>
  openPartedSession(async () => ({ bytes }), { ...options, ...more }, load);

async function difference(
  toy: ToyTransformer,
  bytes: Uint8Array,
  load: () => Promise<ThreadedKernels>,
  size: readonly [number, number],
) {
  const [whole, parted] = [await openSession(bytes, options), await open(bytes, load)];
  const feeds = toyFeeds(toy, size[0], size[1]);
  const [expected, got] = await Promise.all([whole.run(feeds), parted.run(feeds)]);
  await Promise.all([whole.dispose(), parted.dispose()]);
  expect(got.last_hidden_state!.dims).toEqual(expected.last_hidden_state!.dims);
  const right = expected.last_hidden_state!.data;
  return got.last_hidden_state!.data.reduce((most, y, i) => Math.max(most, Math.abs(y - right[i]!)), 0);
}

for (const each of implementations) {
  describe(`openPartedSession, kernels ${each.name}`, () => {
    test('gives what the whole graph gives, however its weights are carried', async () => {
      await fc.assert(
        fc.asyncProperty(
          toys,
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 40 }),
          async (toy, ...size) => {
            const { use, load } = lent(each);
            expect(await difference(toy, fuseTransformer(toyTransformer(toy)), load, size)).toBeLessThan(rounding);
            expect(use).toEqual({ loaded: 1, closed: 1 });
          },
        ),
        { numRuns: 12 },
      );
    });
  });
}

const kernels = implementations.find(({ name }) => name === 'simd')!;

describe('openPartedSession', () => {
  const bytes = fuseTransformer(toyTransformer(plain));
  const feeds = toyFeeds(plain, 2, 5);

  test.each([
    'norm first',
    'hidden is read',
    'hidden is read at the end',
    'hidden is an output',
    'another GELU',
    'an attention beside',
    'tied weights',
    'no norm between',
  ] as const)('leaves a graph whole that is nearly such a transformer: %s', async (oddity) => {
    // Weights that two layers read make up most of it.
    const toy = { ...plain, oddity, inner: oddity === 'tied weights' ? 200 : plain.inner };
    const { use, load } = lent(kernels);
    const fused = fuseTransformer(toyTransformer(toy));
    const session = await open(fused, load);
    expect(use.closed).toBe(use.loaded);
    const whole = await openSession(fused, options);
    expect(await session.run(toyFeeds(toy, 2, 5))).toEqual(await whole.run(toyFeeds(toy, 2, 5)));
    await Promise.all([session.dispose(), whole.dispose()]);
    expect(use.closed).toBe(use.loaded);
  });

  test('leaves it whole in f16, where kernels have too little memory, and where they have fewer threads', async () => {
    const f16 = lent(kernels);
    await (await open(bytes, f16.load, { f16: true })).dispose();
    expect(f16.use).toEqual({ loaded: 0, closed: 0 });
    const full = {
      ...kernels,
      holdTransformer: () => {
        throw new ChelatedError('too_large', 'no memory');
      },
    };
    for (const { use, load } of [lent(full), lent(kernels, 0)]) {
      const session = await open(bytes, load);
      expect(use).toEqual({ loaded: 1, closed: 1 });
      expect((await session.run(feeds)).last_hidden_state!.dims).toEqual([2, 5, 8]);
      await session.dispose();
    }
  });

  test('answers calls at the same time, each its own, and none after dispose', async () => {
    const { use, load } = lent(await loadKernels('simd'));
    const session = await open(bytes, load);
    expect([session.device, session.inputNames.toSorted(), session.outputNames]).toEqual([
      'wasm',
      ['ids', 'mask'],
      ['last_hidden_state'],
    ]);
    const sizes = [
      [2, 5],
      [1, 9],
      [3, 2],
    ] as const;
    const alone = [];
    for (const size of sizes) alone.push(await session.run(toyFeeds(plain, size[0], size[1])));
    const last = Promise.all(sizes.map((size) => session.run(toyFeeds(plain, size[0], size[1]))));
    const gone = session.dispose();
    expect(await last).toEqual(alone);
    await gone;
    await session.dispose();
    expect(use).toEqual({ loaded: 1, closed: 1 });
    expect(await codeOf(() => session.run(feeds))).toBe('invalid_input');
  });

  test('throws backend_failed for an input that was not fed, and for bytes that are no model', async () => {
    const { load } = lent(kernels);
    const session = await open(bytes, load);
    const { mask, ...others } = feeds;
    await expect(session.run(others)).rejects.toThrow(/input mask was not fed/);
    expect((await session.run({ ...others, mask: mask! })).last_hidden_state!.dims).toEqual([2, 5, 8]);
    await session.dispose();
    expect(await codeOf(() => open(Uint8Array.of(1, 2, 3), load))).toBe('backend_failed');
  });
});

const models = process.env.CHELATED_MODELS ?? '';
const reason = models === '' ? ' (skipped: CHELATED_MODELS is not set)' : '';

describe.skipIf(models === '')(`openPartedSession, real models${reason}`, () => {
  test.each([
    ['all-MiniLM-L6-v2', 6],
    ['all-mpnet-base-v2', 12],
  ] as const)(
    '%s: runs every layer, to a cosine of .999999',
    async (name, layers) => {
      const file = readFileSync(join(models, name, 'onnx/model_quantized.onnx'));
      const bytes = addPooling(fuseTransformer(file), ['mean'], { unit: true });
      const found = findTransformer(new GraphEditor(bytes))!;
      expect([found.layers.length, found.scoreBias === undefined]).toEqual([layers, false]);
      const { use, load } = lent(await loadKernels('simd'));
      const [whole, parted] = [await openSession(bytes, options), await open(bytes, load)];
      expect(use).toEqual({ loaded: 1, closed: 0 });
      const lists = [21, 8].map((length, i) => Array.from({ length }, (_, j) => 2000 + 97 * j + i));
      const way = { padId: 1, pooling: ['mean'] } as const;
      const expected = await runTokens(whole, lists, way, { name });
      const got = await runTokens(parted, lists, way, { name });
      lists.forEach((_, i) => {
        expect(kernels.dot(row(expected, i), row(got, i))).toBeGreaterThan(0.999999);
      });
      await Promise.all([whole.dispose(), parted.dispose()]);
    },
    120_000,
  );
});
