import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { type Choice, firstChoice } from '../../src/distil/choice.ts';
import { adapterFits } from '../../src/distil/fit-adapter.ts';
import type { FitData } from '../../src/distil/fit-data.ts';
import { lexicalFits } from '../../src/distil/fit-lexical.ts';
import { residualFits } from '../../src/distil/fit-residual.ts';
import { makeCard } from '../../src/distil/make-card.ts';
import { weightings } from '../../src/distil/token-weighting.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, pickRows, row } from '../../src/matrix.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { normals, type Toy, toy, vocabulary } from './toy.ts';

const kernels = await loadKernels();
const world = await toy(kernels, 60);

function dataOf({ student, texts, T }: Toy): FitData {
  const bags = student.tokenize(texts);
  const table = student.table!;
  const X = kernels.normalize(
    kernels.embeddingBag(table.rows as never, { ...bags, columns: vocabulary, values: bags.counts }),
  );
  return { X, bags, Y: T, teacher: null, table, vocabulary };
}
const data = dataOf(world);

const about = {
  student: world.student,
  teacher: null,
  space: 'teacher',
  mode: 'offline',
  alpha: null,
  push: null,
} as const;
const rest = { seed: 0, documents: 60, failed: 0, fit: {}, gate: null };

const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe('lexicalFits', () => {
  test('no text with a token has a zero vector, seen by the corpus or not, with the prior and without', () => {
    const options = fc.record({
      weighting: fc.constantFrom(...weightings),
      prior: fc.boolean(),
      token: fc.nat({ max: vocabulary - 1 }),
    });
    const few = dataOf({
      ...world,
      texts: world.texts.slice(0, 5),
      T: { ...world.T, rows: 5, data: world.T.data.slice(0, 5 * world.T.dims) },
    });
    expect(new Set(few.bags.ids).size).toBeLessThan(vocabulary);
    return fc.assert(
      fc.asyncProperty(options, async ({ weighting, prior, token }) => {
        const { parts } = lexicalFits(kernels, few, weighting)({ lambda: 0.1, prior });
        const card = makeCard({ kind: 'lexical', parts, ...about, ...rest });
        const adapter = kernelsAdapter({ parts, card }, { kernels, table: few.table! });
        const [vector] = [row(await adapter.correct({ tokens: world.student.tokenize([`w${token}`]) }), 0)];
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
        await adapter.dispose();
      }),
      { numRuns: 40 },
    );
  });

  test('a student’s own map into the teacher’s space counts by its directions, whatever its length', () => {
    const basis = normals(world.student.dims, world.T.dims, 3);
    const fit = (times: number) =>
      lexicalFits(
        kernels,
        { ...data, basis: { ...basis, data: basis.data.map((x) => x * times) } },
        'sif-idf',
      )({
        lambda: 0.1,
        prior: true,
      }).parts;
    const once = fit(1);
    expect(Math.max(...once.map!.data.map(Math.abs))).toBeGreaterThan(1e-3);
    fc.assert(
      fc.property(fc.integer({ min: -20, max: 20 }), (tenths) => {
        const { map, tokens } = fit(10 ** (tenths / 10));
        expect(furthest(map!.data, once.map!.data)).toBeLessThan(1e-4);
        expect(furthest(tokens!.rows.scales, once.tokens!.rows.scales)).toBeLessThan(1e-4);
      }),
      { numRuns: 10 },
    );
  });

  test('without the prior a token that the corpus lacks speaks where no other does, and hardly beside one', async () => {
    const few = dataOf({
      ...world,
      texts: world.texts.slice(0, 5),
      T: { ...world.T, rows: 5, data: world.T.data.slice(0, 5 * world.T.dims) },
    });
    const { parts } = lexicalFits(kernels, few, 'sif-idf')({ lambda: 0.1, prior: false });
    const adapter = kernelsAdapter(
      { parts, card: makeCard({ kind: 'lexical', parts, ...about, ...rest }) },
      { kernels, table: few.table! },
    );
    const { rowOf } = parts.tokens!;
    const [seen, unseen] = [rowOf.findIndex((r) => r >= 0), rowOf.findIndex((r) => r < 0)];
    const tokens = world.student.tokenize([`w${seen}`, `w${seen} w${unseen}`, `w${unseen}`]);
    const found = await adapter.correct({ tokens });
    const cosine = (i: number, j: number) => row(found, i).reduce((sum, x, d) => sum + x * row(found, j)[d]!, 0);
    expect(cosine(0, 1)).toBeGreaterThan(0.999);
    expect(Math.abs(cosine(0, 2))).toBeLessThan(0.99);
    await adapter.dispose();
  });

  test('keeps a row for every token of the corpus and for no other', () => {
    const { parts } = lexicalFits(kernels, data, 'sif')({ lambda: 0.1, prior: true });
    const seen = new Set(data.bags.ids);
    expect(parts.tokens?.rows.rows).toBe(seen.size);
    parts.tokens?.rowOf.forEach((at, token) => {
      expect(at >= 0).toBe(seen.has(token));
    });
  });

  test("is the student's table times one map where λ leaves nothing but the prior", () => {
    const { parts } = lexicalFits(kernels, data, 'sif')({ lambda: 1e9, prior: true });
    const { rows, rowOf } = parts.tokens!;
    const priors = kernels.gemm(data.table!.rows as Matrix, parts.map!);
    for (const token of new Set(data.bags.ids)) {
      const at = rowOf[token]!;
      row(priors, token).forEach((expected, j) => {
        expect(Math.abs(rows.scales[at]! * rows.data[at * rows.dims + j]! - expected)).toBeLessThan(rows.scales[at]!);
      });
    }
    const { rows: none } = lexicalFits(kernels, data, 'sif')({ lambda: 1e9, prior: false }).parts.tokens!;
    expect(Math.max(...none.scales)).toBeLessThan(1e-8);
  });

  test('comes nearer to the targets as λ falls', () => {
    const fits = lexicalFits(kernels, data, 'sif-idf');
    const errors = [3, 0.3, 0.03].map((lambda) => {
      const { rowOf, rows, weights } = fits({ lambda, prior: false }).parts.tokens!;
      let error = 0;
      for (let i = 0; i < 60; i++) {
        const [from, to] = [data.bags.offsets[i]!, data.bags.offsets[i + 1]!];
        const values = Array.from(
          { length: to - from },
          (_, e) => weights[data.bags.ids[from + e]!]! * data.bags.counts[from + e]!,
        );
        const norm = Math.hypot(...values);
        for (let j = 0; j < rows.dims; j++) {
          let sum = 0;
          values.forEach((value, e) => {
            const at = rowOf[data.bags.ids[from + e]!]!;
            sum += (value / norm) * rows.scales[at]! * rows.data[at * rows.dims + j]!;
          });
          error += (sum - row(data.Y, i)[j]!) ** 2;
        }
      }
      return error;
    });
    expect(errors[0]!).toBeGreaterThan(errors[1]!);
    expect(errors[1]!).toBeGreaterThan(errors[2]!);
  });

  test('refuses a student without a token table', () => {
    expect(() => lexicalFits(kernels, { ...data, table: null }, 'sif')).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });
});

describe('fits for a student with word buckets', () => {
  const buckets = 40;
  /** The toy's texts with a bucket for every pair of words; the first texts leave some buckets empty. */
  const few = 6;
  const pairs = (list: readonly number[]) => [
    ...list,
    ...list.slice(1).map((t, i) => vocabulary + ((31 * list[i]! + t) % buckets)),
  ];
  const lists = world.texts.slice(0, few).map((text) => [...world.student.tokenizer.encode(text, 4)]);
  const some = dataOf({
    ...world,
    texts: world.texts.slice(0, few),
    T: pickRows(
      world.T,
      Uint32Array.from({ length: few }, (_, i) => i),
    ),
  });
  const table = { ...some.table!, wordBuckets: buckets };
  const withWords: FitData = { ...some, bags: tokenBags(lists.map(pairs)), table, vocabulary: vocabulary + buckets };
  const plain: FitData = { ...some, bags: tokenBags(lists) };
  const unseen = Array.from({ length: buckets }, (_, b) => vocabulary + b).filter(
    (b) => !withWords.bags.ids.includes(b),
  );

  for (const kind of ['lexical', 'residual'] as const) {
    const fit = (data: FitData, choice: Partial<Choice>) =>
      adapterFits(kernels, data, kind)({ ...firstChoice, ...choice });

    test(`${kind}: a bucket of the corpus has a row, and any other adds nothing to a text`, async () => {
      expect([unseen.length > 0, unseen.length < buckets]).toEqual([true, true]);
      for (const weighting of weightings) {
        for (const prior of [true, false]) {
          const { parts, figures } = fit(withWords, { weighting, prior, words: true });
          expect(figures.words).toBe(true);
          const { rows, rowOf, weights } = parts.tokens!;
          expect(rowOf.length).toBe(vocabulary + buckets);
          for (let t = vocabulary; t < rowOf.length; t++) {
            const isSeen = !unseen.includes(t);
            expect([rows.scales[rowOf[t]!]! > 0, weights[t]! > 0]).toEqual([isSeen, isSeen]);
          }
          const card = makeCard({ kind, parts, ...about, ...rest });
          const adapter = kernelsAdapter({ parts, card }, { kernels, table });
          const asked = [lists[0]!, lists[1]!, [1], pairs(lists[2]!)];
          const vectors = pickRows(some.X, [0, 1, 2, 3]);
          const correct = (lists: number[][]) => adapter.correct({ vectors, tokens: tokenBags(lists) });
          expect(await correct(asked.map((list) => [...list, ...unseen]))).toEqual(await correct(asked));
          await adapter.dispose();
        }
      }
    });

    test(`${kind}: without words it is the fit of the plain student, bit for bit`, () => {
      const { parts, figures } = fit(withWords, { words: false });
      const expected = fit(plain, {});
      expect([figures.words, 'words' in expected.figures]).toEqual([false, false]);
      const { rowOf, weights, ...more } = parts.tokens!;
      const { rowOf: plainRows, weights: plainWeights, ...same } = expected.parts.tokens!;
      expect(more).toEqual(same);
      expect({ ...parts, tokens: null }).toEqual({ ...expected.parts, tokens: null });
      expect([rowOf.subarray(0, vocabulary), weights.subarray(0, vocabulary)]).toEqual([plainRows, plainWeights]);
      expect([...rowOf.subarray(vocabulary), ...weights.subarray(vocabulary)]).toEqual([
        ...new Array(buckets).fill(-1),
        ...new Array(buckets).fill(0),
      ]);
    });
  }
});

describe('residualFits', () => {
  test('leaves less of the targets than its affine part alone', () => {
    const { parts } = residualFits(kernels, data, 'sif-idf')({ lambda: 0.1, ridge: 1e-3, intercept: false });
    expect(parts.tokens?.rows.data.some((value) => value !== 0)).toBe(true);
    expect(parts.map?.rows).toBe(16);
  });
});
