import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type {
  Dense,
  Kernels,
  LayerNorm,
  ResidentTransformer,
  TextRows,
  TransformerLayer,
} from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { type Matrix, matrix } from '../../src/matrix.ts';
import { type Random, random } from '../../src/random.ts';
import { normalMatrix } from '../adapter/samples.ts';
import { codeOf } from '../encode/code-of.ts';
import { implementations } from './implementations.ts';

/** Rows of unit variance behind each layer; f32 sums of some hundred terms. */
const rounding = 2e-5;

const normals = (numbers: Random, length: number) => Float32Array.from({ length }, () => numbers.normal());

function dense(numbers: Random, k: number, n: number): Dense {
  const weight = normalMatrix(numbers, k, n);
  return {
    weight: matrix(
      k,
      n,
      weight.data.map((w) => w / Math.sqrt(k)),
    ),
    bias: normals(numbers, n),
  };
}

function norm(numbers: Random, d: number): LayerNorm {
  return { gain: normals(numbers, d).map((g) => 1 + g / 4), shift: normals(numbers, d), epsilon: 1e-5 };
}

interface Shape {
  readonly heads: number;
  readonly width: number;
  readonly inner: number;
}

function layerOf(numbers: Random, { heads, width, inner }: Shape): TransformerLayer {
  const d = heads * width;
  return {
    heads,
    scale: 1 / Math.sqrt(width),
    qkv: dense(numbers, d, 3 * d),
    merge: dense(numbers, d, d),
    attentionNorm: norm(numbers, d),
    into: dense(numbers, d, inner),
    out: dense(numbers, inner, d),
    outNorm: norm(numbers, d),
  };
}

const shapes = fc.record({
  heads: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 2, max: 36 }),
  inner: fc.integer({ min: 1, max: 150 }),
});
const sizes = fc.record({ texts: fc.integer({ min: 1, max: 3 }), tokens: fc.integer({ min: 1, max: 70 }) });

/** A bias of all shapes that may be, none and less than four sizes included. */
function biasOf(numbers: Random, { texts, tokens }: TextRows, heads: number, kind: number): TextRows['bias'] {
  const all = [
    [],
    [texts, heads, tokens, tokens],
    [texts, 1, 1, tokens],
    [1, heads, tokens, tokens],
    [tokens, tokens],
    [tokens],
  ];
  const dims = all[kind % all.length]!;
  if (dims.length === 0) return undefined;
  return {
    dims,
    data: normals(
      numbers,
      dims.reduce((a, b) => a * b, 1),
    ),
  };
}

/** All of the layers, held one after the other. */
function hold(kernels: Kernels, [first, ...others]: readonly TransformerLayer[]): ResidentTransformer {
  const held = kernels.holdTransformer(first!);
  for (const layer of others) held.append(layer);
  return held;
}

const reference = referenceKernels();
const far = (X: Matrix, Y: Matrix) => X.data.reduce((most, x, i) => Math.max(most, Math.abs(x - Y.data[i]!)), 0);

for (const kernels of implementations) {
  describe(`ResidentTransformer, ${kernels.name}`, () => {
    test('is what reference gives, whatever the shapes', () => {
      fc.assert(
        fc.property(
          shapes,
          sizes,
          fc.integer({ min: 1, max: 3 }),
          fc.nat(),
          fc.nat(),
          (shape, size, depth, kind, seed) => {
            const numbers = random(seed);
            const layers = Array.from({ length: depth }, () => layerOf(numbers, shape));
            const bias = biasOf(numbers, size, shape.heads, kind);
            const rows = { ...size, ...(bias && { bias }) };
            const X = normalMatrix(numbers, size.texts * size.tokens, shape.heads * shape.width);
            const held = hold(kernels, layers);
            expect(held.dims).toBe(X.dims);
            expect(far(held.apply(X, rows), hold(reference, layers).apply(X, rows))).toBeLessThan(rounding);
            held.free();
          },
        ),
        { numRuns: 30 },
      );
    });

    test('gives a text the same rows, bit for bit, alone and beside longer ones, where −∞ takes out what is not its own', () => {
      const shape = { heads: 2, width: 16, inner: 70 };
      const lengths = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 4 });
      const numbers = random(5);
      const held = hold(kernels, [layerOf(numbers, shape), layerOf(numbers, shape)]);
      fc.assert(
        fc.property(lengths, fc.nat(), (texts, seed) => {
          const tokens = Math.max(...texts);
          const X = normalMatrix(random(seed), texts.length * tokens, 32);
          const mask = texts.flatMap((n) => Array.from({ length: tokens }, (_, j) => (j < n ? 0 : -Infinity)));
          const bias = { dims: [texts.length, 1, 1, tokens], data: Float32Array.from(mask) };
          const together = held.apply(X, { texts: texts.length, tokens, bias });
          for (const [i, n] of texts.entries()) {
            const own = (of: Matrix) => of.data.slice(i * tokens * 32, (i * tokens + n) * 32);
            const alone = held.apply(matrix(n, 32, own(X)), { texts: 1, tokens: n });
            expect(alone.data).toEqual(own(together));
          }
        }),
        { numRuns: 30 },
      );
    });

    test('keeps NaN in its text', () => {
      const numbers = random(6);
      const held = kernels.holdTransformer(layerOf(numbers, { heads: 2, width: 4, inner: 9 }));
      const X = normalMatrix(numbers, 6, 8);
      X.data[1] = Number.NaN;
      const Y = held.apply(X, { texts: 2, tokens: 3 });
      expect(Y.data.slice(0, 24).every(Number.isNaN)).toBe(true);
      expect(Y.data.slice(24).some(Number.isNaN)).toBe(false);
    });

    test('refuses layers and rows that do not fit, and any use after free', () => {
      const layer = layerOf(random(7), { heads: 2, width: 4, inner: 9 });
      const held = kernels.holdTransformer(layer);
      for (const wrong of [
        { heads: 3 },
        { out: layer.into },
        { merge: { ...layer.merge, bias: new Float32Array(1) } },
      ]) {
        expect(codeOf(() => kernels.holdTransformer({ ...layer, ...wrong }))).toBe('shape_mismatch');
        expect(codeOf(() => held.append({ ...layer, ...wrong }))).toBe('shape_mismatch');
      }
      expect(() => held.append(layerOf(random(7), { heads: 4, width: 3, inner: 9 }))).toThrow(
        /rows of qkv: expected 8, got 12/,
      );
      expect(() => held.apply(matrix(6, 7), { texts: 2, tokens: 3 })).toThrow(/expected 8, got 7/);
      expect(() => held.apply(matrix(6, 8), { texts: 2, tokens: 2 })).toThrow(/2 texts of 2 tokens/);
      for (const dims of [
        [2, 2, 3, 1],
        [3, 1, 3, 3],
        [1, 1, 1, 2, 3],
      ]) {
        const bias = { dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)) };
        expect(() => held.apply(matrix(6, 8), { texts: 2, tokens: 3, bias })).toThrow(/expected a bias of/);
      }
      expect(held.apply(matrix(0, 8), { texts: 0, tokens: 3 }).rows).toBe(0);
      held.free();
      held.free();
      expect(() => held.apply(matrix(3, 8), { texts: 1, tokens: 3 })).toThrow(/after free/);
      expect(() => held.append(layer)).toThrow(/after free/);
    });
  });
}

test('threads give what one gives, bit for bit, for few rows and for many', async () => {
  const [one, many] = [await loadKernels('simd'), implementations.find(({ name }) => name === 'threads')!];
  const numbers = random(8);
  const layers = [layerOf(numbers, { heads: 3, width: 32, inner: 300 })];
  const [alone, shared] = [one, many].map((kernels) => hold(kernels, layers));
  for (const [texts, tokens] of [
    [1, 1],
    [1, 7],
    [2, 40],
    [3, 130],
  ] as const) {
    const X = normalMatrix(numbers, texts * tokens, 96);
    const bias = biasOf(numbers, { texts, tokens }, 3, 1)!;
    expect(shared!.apply(X, { texts, tokens, bias })).toEqual(alone!.apply(X, { texts, tokens, bias }));
  }
});
