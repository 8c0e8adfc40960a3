import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { rank, withoutId } from '../../src/evaluate/ranking.ts';
import { search } from '../../src/evaluate/search.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';

const wasm = await loadKernels();

/** Rows of small whole numbers: their inner products are exact in every order of summation, and tie often. */
const rows = (dims: number, maxLength: number) =>
  fc
    .array(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: dims, maxLength: dims }), { minLength: 1, maxLength })
    .map((list) => matrix(list.length, dims, Float32Array.from(list.flat())));

function scores(X: Matrix, q: Float32Array): number[] {
  return Array.from({ length: X.rows }, (_, i) => row(X, i).reduce((sum, x, j) => sum + x * q[j]!, 0));
}

const name = (i: number) => `d${i}`;

for (const kernels of [wasm, referenceKernels()]) {
  describe(`search (${kernels.name})`, () => {
    test('gives the order of a full sort, also where ties reach past rank k', () => {
      fc.assert(
        fc.property(rows(3, 120), rows(3, 4), fc.integer({ min: 1, max: 40 }), (documents, queries, k) => {
          const ids = Array.from({ length: documents.rows }, (_, i) => name(i));
          search({ kernels, documents, ids, queries, k, metric: 'dot' }).forEach((list, i) => {
            expect(list).toEqual(rank(ids, scores(documents, row(queries, i)), k));
          });
        }),
      );
    });

    test('leaves out the excluded id and repeated ids, and still fills k', () => {
      const width = fc.integer({ min: 1, max: 60 });
      fc.assert(
        fc.property(rows(3, 120), rows(3, 4), width, fc.nat(59), (documents, queries, distinct, excluded) => {
          const ids = Array.from({ length: documents.rows }, (_, i) => name(i % distinct));
          const exclude = Array.from({ length: queries.rows }, () => name(excluded));
          search({ kernels, documents, ids, queries, k: 10, metric: 'dot', exclude }).forEach((list, i) => {
            const all = withoutId(rank(ids, scores(documents, row(queries, i))), name(excluded));
            expect(list.ids).toEqual(all.ids.slice(0, 10));
          });
        }),
      );
    });
  });
}

describe('search', () => {
  const { normal } = random(5);
  const gauss = (n: number, d: number) => matrix(n, d, Float32Array.from({ length: n * d }, normal));
  const documents = gauss(300, 16);
  const queries = gauss(20, 16);
  const ids = Array.from({ length: 300 }, (_, i) => name(i));

  test('by cosine does not depend on lengths', () => {
    const scaled = matrix(
      300,
      16,
      documents.data.map((x, i) => x * (1 + (Math.floor(i / 16) % 7))),
    );
    const lists = search({ kernels: wasm, documents, ids, queries, k: 50 });
    const again = search({ kernels: wasm, documents: scaled, ids, queries, k: 50 });
    expect(again.map((list) => list.ids)).toEqual(lists.map((list) => list.ids));
    for (const { scores: cosines } of lists)
      for (const cosine of cosines) expect(Math.abs(cosine)).toBeLessThan(1.000001);
  });

  test('takes a resident index as it is', () => {
    const held = wasm.hold(wasm.normalize(documents));
    expect(search({ kernels: wasm, documents: held, ids, queries, k: 50 })).toEqual(
      search({ kernels: wasm, documents, ids, queries, k: 50 }),
    );
    held.free();
  });

  test('gives a zero query the highest ids, all documents when k is more, and nothing for no documents or queries', () => {
    const zero = matrix(1, 16);
    expect(search({ kernels: wasm, documents, ids, queries: zero, k: 3 })[0]!.ids).toEqual(['d99', 'd98', 'd97']);
    expect(search({ kernels: wasm, documents, ids, queries: zero, k: 1000 })[0]!.ids).toHaveLength(300);
    expect(search({ kernels: wasm, documents: matrix(0, 16), ids: [], queries: zero, k: 3 })[0]!.ids).toEqual([]);
    expect(search({ kernels: wasm, documents, ids, queries: matrix(0, 16), k: 3 })).toEqual([]);
  });

  test('throws shape_mismatch, invalid_input or not_finite, and says why', () => {
    const usual = { kernels: wasm, documents, ids, queries, k: 5 };
    const refused = (change: object, code: string) =>
      expect(() => search({ ...usual, ...change })).toThrow(expect.objectContaining({ code }));
    refused({ ids: ids.slice(1) }, 'shape_mismatch');
    refused({ queries: gauss(2, 8) }, 'shape_mismatch');
    refused({ exclude: ['d1'] }, 'shape_mismatch');
    refused({ k: 0 }, 'invalid_input');
    refused({ k: 1.5 }, 'invalid_input');
    refused({ queries: matrix(1, 16, new Float32Array(16).fill(Number.NaN)) }, 'not_finite');
    refused({ documents: matrix(300, 16, documents.data.with(7, Number.POSITIVE_INFINITY)) }, 'not_finite');
  });
});
