import { describe, expect, test } from 'bun:test';
import { loadKernels } from '../../src/kernels/load.ts';
import { pairScore } from '../../src/labelled/pair-score.ts';
import { fitQueryMap, queryMaps } from '../../src/labelled/query-map.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();

/** Queries are their documents turned by one map, which nobody tells. */
function turned(n: number, d: number) {
  const D = kernels.normalize(normals(n, d, 1));
  const Q = kernels.normalize(kernels.gemm(D, normals(d, d, 2)));
  const pairs = Array.from({ length: n }, (_, i) => ({ query: i, document: i }));
  return { D, Q, pairs };
}

describe('queryMaps', () => {
  test('is the identity under very much λ', () => {
    const { D, Q, pairs } = turned(40, 8);
    const { map } = queryMaps(kernels, D, Q, pairs)(1e9);
    for (let e = 0; e < 64; e++) expect(map.data[e]!).toBeCloseTo(e % 9 === 0 ? 1 : 0, 5);
  });

  test('brings the queries of its pairs nearest to their documents at λ → 0: no small change is better', () => {
    const { D, Q, pairs } = turned(40, 6);
    const { map } = queryMaps(kernels, D, Q, pairs)(1e-9);
    const error = (data: Float32Array) => {
      const Y = kernels.gemm(Q, { ...map, data });
      return Y.data.reduce((sum, y, e) => sum + (y - D.data[e]!) ** 2, 0);
    };
    const least = error(map.data);
    for (let e = 0; e < 36; e++) {
      for (const shift of [-0.02, 0.02]) expect(error(map.data.with(e, map.data[e]! + shift))).toBeGreaterThan(least);
    }
  });
});

describe('fitQueryMap', () => {
  test('finds documents for queries that it has not seen', () => {
    const { D, Q, pairs } = turned(200, 8);
    const split = { fitted: pairs.slice(0, 120), heldOut: pairs.slice(120, 160) };
    const before = pairScore(kernels, D, Q, pairs.slice(160));
    const { queries } = fitQueryMap(kernels, D, Q, split);
    expect(pairScore(kernels, D, queries(Q), pairs.slice(160))).toBeGreaterThan(before + 0.3);
  });
});
