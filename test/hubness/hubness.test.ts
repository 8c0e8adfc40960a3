import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { skewness } from '../../src/collapse/hubness.ts';
import { chooseRung } from '../../src/hubness/choose-rung.ts';
import { noCorrection } from '../../src/hubness/correction.ts';
import { ladder, type Rung } from '../../src/hubness/ladder.ts';
import { occurrences } from '../../src/hubness/occurrences.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, pickRows, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const unit = (rows: number, dims: number, seed: number) => kernels.normalize(normals(rows, dims, seed));

/** Documents that share one strong direction, which says nothing: what the ladder is against. */
function crowded(rows: number, dims: number, seed: number) {
  const X = normals(rows, dims, seed);
  for (let i = 0; i < rows; i++) row(X, i)[0]! += 4;
  return kernels.normalize(X);
}

describe('occurrences', () => {
  test('counts each query k times, whatever the vectors', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), (seed, k) => {
        const counts = occurrences(kernels, noCorrection({ documents: unit(9, 4, seed) }), unit(5, 4, seed + 1), k);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(5 * k);
      }),
    );
  });
});

describe('skewness', () => {
  test('does not change with shift and scale, and turns its sign with the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 30 }), (values) => {
        const s = skewness(values);
        expect(skewness(values.map((v) => 3 * v + 7))).toBeCloseTo(s, 6);
        expect(skewness(values.map((v) => -v))).toBeCloseTo(-s, 6);
      }),
    );
  });
});

describe('mean-centre', () => {
  test('lowers the skewness that a common direction makes', () => {
    const documents = crowded(300, 20, 1);
    const Q = crowded(200, 20, 2);
    const input = { kernels, documents, bank: Q, seed: 0 };
    const before = skewness(occurrences(kernels, ladder.none.fit(input, {}), Q, 10));
    const after = skewness(occurrences(kernels, ladder['mean-centre'].fit(input, {}), Q, 10));
    expect(after).toBeLessThan(before);
  });
});

describe('whitening', () => {
  test('makes the directions of the documents alike', () => {
    const stretched = normals(500, 6, 3);
    for (let i = 0; i < stretched.data.length; i++) stretched.data[i]! *= 1 + (i % 6) * 3;
    const documents = kernels.normalize(stretched);
    const { documents: white } = ladder.whitening.fit(
      { kernels, documents, bank: documents, seed: 0 },
      { shrinkage: 0 },
    );
    const squares = (of: typeof white, j: number) =>
      Array.from({ length: of.rows }, (_, i) => row(of, i)[j]! ** 2).reduce((a, b) => a + b, 0) / of.rows;
    expect(squares(documents, 5) / squares(documents, 0)).toBeGreaterThan(5);
    for (let j = 0; j < 6; j++) expect(Math.abs(squares(white, j) - 1 / 6)).toBeLessThan(0.06);
  });
});

describe('all-but-the-top', () => {
  test('leaves nothing along the widest directions', () => {
    const documents = crowded(100, 8, 5);
    const stretched = matrix(
      100,
      8,
      documents.data.map((x, i) => (i % 8 === 3 ? 5 * x : x)),
    );
    const input = { kernels, documents: kernels.normalize(stretched), bank: documents, seed: 0 };
    const { documents: left } = ladder['all-but-the-top'].fit(input, { directions: 1 });
    const along = Array.from({ length: 100 }, (_, i) => Math.abs(row(left, i)[3]!));
    const before = Array.from({ length: 100 }, (_, i) => Math.abs(row(input.documents, i)[3]!));
    expect(Math.max(...along)).toBeLessThan(Math.max(...before) / 3);
  });
});

describe('push', () => {
  test('moves documents away from their neighbours and keeps unit length; nothing moves at η = 0', () => {
    const documents = crowded(200, 12, 6);
    const input = { kernels, documents, bank: documents, seed: 0 };
    for (const name of ['push, every document', 'push, collapsed only'] as const) {
      const { documents: pushed } = ladder[name].fit(input, { eta: 0.2 });
      expect(pushed.data).not.toEqual(documents.data);
      for (let i = 0; i < 200; i++) expect(Math.hypot(...row(pushed, i))).toBeCloseTo(1, 5);
      const still = ladder[name].fit(input, { eta: 0 }).documents;
      for (let i = 0; i < still.data.length; i++) expect(still.data[i]!).toBeCloseTo(documents.data[i]!, 6);
    }
  });
});

describe('chooseRung', () => {
  test('takes what finds the documents, and the first of equals', () => {
    const documents = unit(60, 8, 7);
    const source = Array.from({ length: 20 }, (_, i) => i * 2);
    const segments = pickRows(documents, source);
    const rests = segments;
    // One setting of this rung turns the documents round, the other two leave them.
    const rung: Rung = {
      grid: [{ sign: -1 }, { sign: 1, which: 1 }, { sign: 1, which: 2 }],
      fit: ({ documents: D }, { sign }) => ({
        documents: matrix(
          D.rows,
          D.dims,
          D.data.map((x) => x * sign!),
        ),
        queries: (Q) => Q,
      }),
    };
    const chosen = chooseRung({ kernels, documents, seed: 0 }, rung, { segments, rests, source });
    expect(chosen).toEqual({ settings: { sign: 1, which: 1 }, score: 1 });
  });
});
