import { afterAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Adapter } from '../../src/adapter/adapter.ts';
import { adapterKinds } from '../../src/adapter/card.ts';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { ChelatedError } from '../../src/errors.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { type TokenBags, tokenBags } from '../../src/token-bags.ts';
import { expected } from './expected.ts';
import { normalMatrix, type Sample, sample } from './samples.ts';

const wasm = await loadKernels();
const hosts = [
  { name: 'kernels (wasm)', backend: 'kernels', kernels: wasm },
  { name: 'kernels (reference)', backend: 'kernels', kernels: referenceKernels() },
  { name: 'onnxruntime', backend: 'onnxruntime', kernels: wasm },
] as const;

const open: Adapter[] = [];
afterAll(() => Promise.all(open.map((adapter) => adapter.dispose())));

function largestDifference(X: Matrix, Y: Matrix): number {
  expect([X.rows, X.dims]).toEqual([Y.rows, Y.dims]);
  return X.data.reduce((most, x, e) => Math.max(most, Math.abs(x - Y.data[e]!)), 0);
}

async function refusal(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof ChelatedError ? error.code : `not a ChelatedError: ${error}`;
  }
  return 'accepted';
}

/** A text whose tokens all have no row, or all have one. */
function textOf({ parts }: Sample, known: boolean): TokenBags {
  const { rowOf } = parts.tokens!;
  return tokenBags([Array.from(rowOf.keys()).filter((t) => rowOf[t]! >= 0 === known)]);
}

// A contract: the same laws for every way of running the file.
for (const { name, backend, kernels } of hosts) {
  const ready = async ({ parts, card, encoder }: Sample) => {
    const adapter = await loadAdapter(await writeAdapter(parts, card), { encoder, kernels, backend });
    open.push(adapter);
    return adapter;
  };

  describe(`loadAdapter, run by ${name}`, () => {
    for (const kind of adapterKinds) {
      test(`${kind}: agrees with the formula in f64 within 1e-5`, async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.nat(),
            fc.integer({ min: 0, max: 30 }),
            fc.record({
              ...{ bias: fc.boolean(), int8Table: fc.boolean(), known: fc.constantFrom(0, 0.5, 1) },
              wordBuckets: fc.constantFrom(0, 0, 8),
            }),
            async (seed, n, options) => {
              const one = sample(kind, seed, options);
              const [adapter, input] = [await ready(one), one.input(n)];
              const corrected = await adapter.correct(input);
              expect(
                largestDifference(corrected, expected(one.parts, one.card, input, one.encoder.table)),
              ).toBeLessThan(1e-5);
              await adapter.dispose();
            },
          ),
          { numRuns: 15 },
        );
      });

      test(`${kind}: gives unit rows, and exactly zero for a zero input, also under a bias`, async () => {
        const one = sample(kind, 7, { bias: true });
        const corrected = await (await ready(one)).correct(one.input(40));
        expect(row(corrected, 0).every((v) => v === 0)).toBe(true);
        for (let i = 0; i < corrected.rows; i++) {
          const norm = Math.hypot(...row(corrected, i));
          if (norm !== 0) expect(Math.abs(norm - 1)).toBeLessThan(1e-6);
        }
      });
    }

    test('gives each text the same vector alone as in a batch of many blocks', async () => {
      const one = sample('lexical', 8, { bias: true });
      const [adapter, input] = [await ready(one), one.input(2500)];
      const all = await adapter.correct(input);
      expect(largestDifference(all, expected(one.parts, one.card, input, one.encoder.table))).toBeLessThan(1e-5);
      for (const i of [0, 1, 1023, 1024, 2499]) {
        const [from, to] = [input.tokens.offsets[i]!, input.tokens.offsets[i + 1]!];
        const tokens = {
          rows: 1,
          offsets: Uint32Array.of(0, to - from),
          ids: input.tokens.ids.slice(from, to),
          counts: input.tokens.counts.slice(from, to),
        };
        const alone = await adapter.correct({ tokens });
        expect(largestDifference(alone, matrix(1, all.dims, row(all, i)))).toBeLessThan(1e-6);
      }
    });

    test('a text of tokens that have no row falls back on the prior, not on zero', async () => {
      const one = sample('lexical', 9);
      const corrected = await (await ready(one)).correct({ tokens: textOf(one, false) });
      expect(Math.hypot(...corrected.data)).toBeCloseTo(1, 6);
    });

    test('a text of tokens that all have a row does not look at the prior', async () => {
      const one = sample('lexical', 10);
      const other = { ...one, parts: { ...one.parts, map: matrix(one.card.dIn, one.card.dOut) } };
      const tokens = textOf(one, true);
      expect(await (await ready(one)).correct({ tokens })).toEqual(await (await ready(other)).correct({ tokens }));
    });

    test('asks for text, vectors, widths and finite numbers by name', async () => {
      const [affine, lexical, residual] = [sample('affine', 11), sample('lexical', 11), sample('residual', 11)];
      const [a, l, r] = await Promise.all([ready(affine), ready(lexical), ready(residual)]);
      const { vectors, tokens } = residual.input(3);
      expect(await refusal(() => l.correct({ vectors }))).toBe('text_required');
      expect(await refusal(() => r.correct({ vectors }))).toBe('text_required');
      expect(await refusal(() => r.correct({ tokens }))).toBe('invalid_input');
      expect(await refusal(() => a.correct({ tokens }))).toBe('invalid_input');
      expect(await refusal(() => a.correct({ vectors: matrix(2, affine.card.dIn + 1) }))).toBe('shape_mismatch');
      expect(await refusal(() => r.correct({ vectors, tokens: tokenBags([[1]]) }))).toBe('shape_mismatch');
      expect(await refusal(() => l.correct({ tokens: tokenBags([[40]]) }))).toBe('shape_mismatch');
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const broken = matrix(1, affine.card.dIn);
        broken.data[3] = bad;
        expect(await refusal(() => a.correct({ vectors: broken }))).toBe('not_finite');
        const counts = Float32Array.of(bad);
        expect(await refusal(() => l.correct({ tokens: { ...tokenBags([[1]]), counts } }))).toBe('not_finite');
      }
      const huge = matrix(1, affine.card.dIn, new Float32Array(affine.card.dIn).fill(3e38));
      expect(await refusal(() => a.correct({ vectors: huge }))).toBe('not_finite');
    });

    test('refuses a file for another student, or a table of another size', async () => {
      const { parts, card, encoder } = sample('lexical', 12);
      const file = await writeAdapter(parts, card);
      const wrong = [
        { ...encoder, baseFingerprint: 'e'.repeat(64) },
        { baseFingerprint: encoder.baseFingerprint },
        { ...encoder, table: { rows: matrix(39, card.dIn), weights: new Float32Array(39) } },
        { ...encoder, table: { ...encoder.table!, wordBuckets: 2 } },
      ];
      for (const other of wrong) {
        const options = { encoder: other, kernels, backend } as const;
        expect(await refusal(() => loadAdapter(file, options))).toBe('adapter_wrong_model');
      }
    });

    test('aligns teacher vectors as normalise((t − mean)·map), and leaves a zero row zero', async () => {
      const one = sample('affine', 13);
      const { mean, map } = one.parts.teacher!;
      const T = normalMatrix(random(13), 9, mean.length);
      T.data.fill(0, 0, mean.length);
      const aligned = (await ready(one)).alignTeacher(T);
      const asAffine = { map, bias: null, tokens: null, teacher: null };
      const centred = matrix(
        9,
        T.dims,
        T.data.map((t, e) => (e < T.dims ? 0 : t - mean[e % T.dims]!)),
      );
      const card = { ...one.card, dIn: mean.length };
      expect(largestDifference(aligned, expected(asAffine, card, { vectors: centred }))).toBeLessThan(1e-5);
      const without = await ready(sample('affine', 13, { teacher: 'none' }));
      expect(await refusal(() => without.alignTeacher(T))).toBe('invalid_input');
    });

    test('an untrained map leaves vectors (cosine ≥ .99999) and their ranking as they were', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.constantFrom('identity' as const, 'orthogonal' as const, 'affine' as const),
          async (seed, kind) => {
            const d = 24;
            const one = sample(kind, seed, { dIn: d, dOut: d });
            const eye = matrix(
              d,
              d,
              Float32Array.from({ length: d * d }, (_, e) => (e % (d + 1) === 0 ? 1 : 0)),
            );
            const adapter = await ready({ ...one, parts: { ...one.parts, map: kind === 'identity' ? null : eye } });
            const X = wasm.normalize(normalMatrix(random(seed), 30, d));
            const Y = await adapter.correct({ vectors: X });
            for (let i = 0; i < X.rows; i++) expect(wasm.dot(row(X, i), row(Y, i))).toBeGreaterThanOrEqual(0.99999);
            // Two that are as near as rounding can tell may change places.
            const { indices } = wasm.topK(Y, Y, X.rows);
            const before = Array.from(indices, (j, at) => wasm.dot(row(X, Math.floor(at / X.rows)), row(X, j)));
            for (let at = 0; at < before.length; at++) {
              if (at % X.rows > 0) expect(before[at]! - before[at - 1]!).toBeLessThan(1e-6);
            }
            await adapter.dispose();
          },
        ),
        { numRuns: 15 },
      );
    });

    test('holds nothing in the kernels after dispose', async () => {
      for (const kind of adapterKinds) {
        let held = 0;
        const counting: Kernels = {
          ...kernels,
          hold: (X) => {
            const resident = kernels.hold(X);
            held++;
            return Object.assign(resident, {
              free: () => {
                held--;
                Object.getPrototypeOf(resident).free?.call(resident);
              },
            });
          },
        };
        const { parts, card, encoder } = sample(kind, 1);
        const bytes = await writeAdapter(parts, card);
        const adapter = await loadAdapter(bytes, { encoder, kernels: counting, backend });
        await adapter.dispose();
        expect(held).toBe(0);
      }
    });

    test('many callers at once get what each would get alone', async () => {
      const one = sample('residual', 14);
      const adapter = await ready(one);
      const inputs = Array.from({ length: 8 }, (_, n) => one.input(n + 1));
      const together = await Promise.all(inputs.map((input) => adapter.correct(input)));
      for (const [i, input] of inputs.entries()) expect(await adapter.correct(input)).toEqual(together[i]!);
    });
  });
}
