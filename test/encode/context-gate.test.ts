import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type ContextGate, heldGate, readGate, writeGate } from '../../src/encode/context-gate.ts';
import { libraryTokenizer } from '../../src/encode/library-tokenizer.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import { type StudentFiles, staticStudent } from '../../src/encode/static-student.ts';
import { withWordBuckets } from '../../src/encode/with-word-buckets.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { matrix, row } from '../../src/matrix.ts';
import { bagsBelow, tokenBags } from '../../src/token-bags.ts';
import { codeOf } from './code-of.ts';
import {
  gatedTinyStudent,
  tinyDims,
  tinyGate,
  tinyRows,
  tinyStudent,
  tinyTable,
  tinyTokenizer,
  tinyWeights,
} from './tiny-student.ts';

const role = 'document';
const text = fc
  .array(fc.constantFrom('a', 'b', 'abb', 'cat', 'dog.', 'unheard', 'Σςσ'), { maxLength: 12 })
  .map((words) => words.join(' '));
const tokenizer = await libraryTokenizer(tinyTokenizer);
const table = { rows: matrix(tinyRows, tinyDims, tinyTable), weights: tinyWeights };
const model = { id: 'tiny', revision: '1', table, tokenizer };

function gateOf(numbers: readonly number[]): ContextGate {
  const data = Float32Array.from(numbers);
  return {
    context: matrix(tinyDims, 2, data.slice(0, 2 * tinyDims)),
    tokens: matrix(2, tinyDims, data.slice(2 * tinyDims)),
  };
}

const gate = fc
  .array(fc.integer({ min: -64, max: 64 }), { minLength: 4 * tinyDims, maxLength: 4 * tinyDims })
  .map((steps) => gateOf(steps.map((step) => step / 256)));

/** Σ count·(1 + z/√(1 + z²))·weight·row, unit length, in f64. */
function expected(ids: ArrayLike<number>, { context, tokens }: ContextGate) {
  const bag = tokenBags([ids]);
  const values = Array.from(bag.ids, (t, e) => bag.counts[e]! * tinyWeights[t]!);
  const length = Math.hypot(...values);
  const axis = Array.from({ length: tinyDims }, (_, j) => j);
  const at = (t: number, j: number) => tinyTable[t * tinyDims + j]!;
  const c = axis.map((j) => values.reduce((sum, v, e) => sum + (v / length) * at(bag.ids[e]!, j), 0));
  const inner = [0, 1].map((r) => axis.reduce((sum, j) => sum + c[j]! * context.data[j * 2 + r]!, 0));
  const q = axis.map((j) => inner[0]! * tokens.data[j]! + inner[1]! * tokens.data[tinyDims + j]!);
  const z = Array.from(bag.ids, (t) => axis.reduce((sum, j) => sum + at(t, j) * q[j]!, 0));
  const counts = z.map((x, e) => bag.counts[e]! * (1 + x / Math.sqrt(1 + x * x)));
  const sums = axis.map((j) =>
    counts.reduce((sum, count, e) => sum + count * tinyWeights[bag.ids[e]!]! * at(bag.ids[e]!, j), 0),
  );
  return { counts, vector: sums.map((x) => x / Math.hypot(...sums)) };
}

for (const kernels of [referenceKernels(), await loadKernels()]) {
  describe(`a student with a context gate, on ${kernels.name} kernels`, () => {
    test('agrees with the formula, for its vectors and for the tokens that it gives', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(text, { maxLength: 5 }), gate, async (texts, gate) => {
          const encoder = await staticEncoder({ ...model, gate }, kernels);
          const { vectors, tokens } = await encoder.encode(texts, { role });
          expect(encoder.tokenize(texts)).toEqual(tokens!);
          for (const [i, each] of texts.entries()) {
            const ids = tokenizer.encode(each, encoder.maxTokens);
            if (ids.length === 0) {
              expect(row(vectors, i).every((x) => x === 0)).toBe(true);
              continue;
            }
            const { counts, vector } = expected(ids, gate);
            const got = tokens!.counts.subarray(tokens!.offsets[i]!, tokens!.offsets[i + 1]!);
            counts.forEach((count, e) => {
              expect(Math.abs(got[e]! - count)).toBeLessThan(1e-4 * (1 + count));
            });
            // Where the sum nearly cancels its direction is not sharp.
            const dot = vector.reduce((sum, x, j) => sum + x * row(vectors, i)[j]!, 0);
            expect(dot).toBeGreaterThan(0.999);
          }
          encoder.dispose();
        }),
      );
    });

    test('is the plain student where the gate is zero', async () => {
      const closed = { ...gateOf(new Array(4 * tinyDims).fill(1)), context: matrix(tinyDims, 2) };
      const [plain, gated] = [
        await staticEncoder(model, kernels),
        await staticEncoder({ ...model, gate: closed }, kernels),
      ];
      const texts = ['cat a dog', '', 'abb abb b', 'unheard'];
      expect(await gated.encode(texts, { role })).toEqual(await plain.encode(texts, { role }));
    });

    test('gives a text the same alone, among others, and from its own token ids', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), gate, async (texts, gate) => {
          const encoder = await staticEncoder({ ...model, gate }, kernels);
          const all = await encoder.encode(texts, { role });
          const alone = await encoder.encode([texts[0]!], { role: 'query' });
          expect(alone.vectors.data).toEqual(row(all.vectors, 0).slice());
          const counted = tokenBags(texts.map((each) => tokenizer.encode(each, encoder.maxTokens)));
          expect(encoder.encodeTokens!(counted)).toEqual(all);
          encoder.dispose();
        }),
      );
    });

    test('leaves every count positive, however hard the gate closes', async () => {
      const gate = gateOf(new Array(4 * tinyDims).fill(0).map((_, i) => (i % 2 ? -3e4 : 3e4)));
      const encoder = await staticEncoder({ ...model, gate }, kernels);
      const { counts } = encoder.tokenize(['a b cat dog . σ', 'cat', 'dog a a']);
      expect(counts.every((count) => count > 0 && Number.isFinite(count))).toBe(true);
    });
  });
}

test('a gate weighs tokens of a long int8 table as those of the same table in f32', async () => {
  const kernels = await loadKernels();
  const [V, d] = [2500, 3]; // several blocks
  const data = Int8Array.from({ length: V * d }, (_, e) => ((e * 37) % 251) - 125);
  const scales = Float32Array.from({ length: V }, (_, t) => (t % 7) + 1);
  const plain = matrix(
    V,
    d,
    Float32Array.from(data, (x, e) => x * scales[Math.floor(e / d)]!),
  );
  const weights = new Float32Array(V).fill(1);
  const [int8, f32] = [{ rows: V, dims: d, data, scales }, plain].map((rows) =>
    heldGate(kernels, { rows, weights }, gateOf(Array.from({ length: 12 }, (_, i) => (i - 5) / 1e5))),
  );
  fc.assert(
    fc.property(fc.array(fc.nat(V - 1), { minLength: 1, maxLength: 9 }), (ids) => {
      expect(int8!.weigh(tokenBags([ids]))).toEqual(f32!.weigh(tokenBags([ids])));
    }),
  );
});

describe('heldGate', () => {
  test('a token counts by its row, wherever that stands in a table of more rows than go through the maps at once', async () => {
    const kernels = await loadKernels();
    const first = 1400;
    const many = matrix(1500, tinyDims);
    const weights = new Float32Array(many.rows);
    many.data.set(tinyTable, first * tinyDims);
    weights.set(tinyWeights, first);
    fc.assert(
      fc.property(gate, fc.array(fc.nat({ max: tinyRows - 1 }), { minLength: 1, maxLength: 12 }), (of, ids) => {
        const [small, large] = [heldGate(kernels, table, of), heldGate(kernels, { rows: many, weights }, of)];
        const { counts } = large.weigh(tokenBags([ids.map((id) => first + id)]));
        expect(counts).toEqual(small.weigh(tokenBags([ids])).counts);
        for (const held of [small, large]) held.free();
      }),
      { numRuns: 20 },
    );
  });
});

describe('the gate of a student folder', () => {
  test('leaves words and pairs of words as they were counted, and does not see them', async () => {
    const words = async (files: StudentFiles) => staticStudent(withWordBuckets(files, { bits: 6 }), kernels);
    const [gated, open, plain] = [
      await words(await gatedTinyStudent()),
      await words(await tinyStudent()),
      await staticStudent(await gatedTinyStudent(), kernels),
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (texts) => {
        const both = await gated.encode(texts, { role });
        const alone = await plain.encode(texts, { role });
        expect(both.vectors).toEqual(alone.vectors);
        const bags = both.tokens!;
        expect(bagsBelow(bags, tinyRows)).toEqual(alone.tokens!);
        const counted = open.tokenize(texts);
        expect(bags.ids).toEqual(counted.ids);
        bags.ids.forEach((id, e) => {
          if (id >= tinyRows) expect(bags.counts[e]).toBe(counted.counts[e]!);
        });
      }),
    );
  });

  const kernels = referenceKernels();
  test('is read as it was written', async () => {
    expect(readGate(writeGate(tinyGate), tinyDims, 'gate')).toEqual(tinyGate);
    const encoder = await staticStudent(await gatedTinyStudent(), kernels);
    expect(encoder.gate).toEqual(tinyGate);
  });

  test('is part of the base fingerprint', async () => {
    const plain = await staticStudent(await tinyStudent(), kernels);
    const gated = await staticStudent(await gatedTinyStudent(), kernels);
    const other = await staticStudent(
      await gatedTinyStudent(writeGate({ ...tinyGate, context: matrix(tinyDims, 2) })),
      kernels,
    );
    expect(new Set([plain, gated, other].map(({ baseFingerprint }) => baseFingerprint)).size).toBe(3);
  });

  test('is refused where it is missing, another one, or of another width', async () => {
    const { gate: _, ...without } = await gatedTinyStudent();
    const altered = { ...without, gate: writeGate({ ...tinyGate, tokens: matrix(2, tinyDims) }) };
    for (const files of [without, altered]) {
      const failure = staticStudent(files, kernels);
      expect(await codeOf(() => failure)).toBe('invalid_input');
      await expect(failure).rejects.toThrow('expected the gate.safetensors of its card');
    }
    const wide = { context: matrix(tinyDims + 1, 2), tokens: matrix(2, tinyDims + 1) };
    expect(await codeOf(() => gatedTinyStudent(writeGate(wide)).then((files) => staticStudent(files, kernels)))).toBe(
      'shape_mismatch',
    );
    expect(await codeOf(() => staticEncoder({ ...model, gate: wide }, kernels))).toBe('shape_mismatch');
  });
});
