import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { collapseDetector } from '../../src/collapse/detector.ts';
import { documentCollapse } from '../../src/collapse/document-collapse.ts';
import { neighbours } from '../../src/collapse/neighbours.ts';
import { percentile } from '../../src/collapse/percentile.ts';
import { spread } from '../../src/collapse/spread.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();

describe('collapseDetector', () => {
  test('calls about the stated share of its own calibration collapsed', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 200 }),
        (spreads) => {
          const detector = collapseDetector(spreads, 15);
          const share = spreads.filter(detector.collapsed).length / spreads.length;
          expect(Math.abs(share - 0.15)).toBeLessThanOrEqual(1 / spreads.length + 1e-9);
        },
      ),
    );
  });

  test('calls nothing collapsed without a calibration', () => {
    expect(collapseDetector([], 15).collapsed(0)).toBe(false);
  });
});

describe('percentile', () => {
  test('interpolates between order statistics', () => {
    expect([0, 50, 75, 100].map((p) => percentile([4, 1, 2, 3, 5], p))).toEqual([1, 3, 4, 5]);
    expect(percentile([0, 1], 15)).toBeCloseTo(0.15, 12);
  });
});

describe('neighbours', () => {
  test('never counts a document as its own neighbour, copies of it included in the search', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 25 }), fc.nat(), (n, k, seed) => {
        const X = kernels.normalize(normals(n, 3, seed));
        for (let i = 1; i < n; i += 3) row(X, i).set(row(X, i - 1)); // twins
        const index = kernels.hold(X);
        const sets = neighbours(
          kernels,
          index,
          X,
          Uint32Array.from({ length: n }, (_, i) => i),
          k,
        );
        index.free();
        for (let i = 0; i < n; i++) {
          const set = sets.ids.subarray(sets.offsets[i], sets.offsets[i + 1]);
          expect(set.includes(i)).toBe(false);
          expect(new Set(set).size).toBe(Math.min(k, n - 1));
        }
      }),
    );
  });
});

describe('documentCollapse', () => {
  test('finds the crowd: a tight cluster collapses, scattered documents do not', () => {
    const X = normals(200, 12, 1);
    for (let i = 0; i < 60; i++) row(X, i).forEach((value, d, x) => void (x[d] = 5 + 0.1 * value));
    const { sets, collapsed } = documentCollapse(kernels, kernels.normalize(X), 0);
    expect(collapsed).toBe(30);
    const events = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => sets.of(from + i).length);
    expect(Math.min(...events(0, 60))).toBeGreaterThan(0);
    expect(Math.max(...events(60, 200))).toBe(0);
  });

  test('gives each query its own verdict, also over several blocks of queries', () => {
    const X = kernels.normalize(normals(700, 8, 3));
    const { sets, threshold, queries } = documentCollapse(kernels, X, 0);
    const index = kernels.hold(X);
    const all = neighbours(
      kernels,
      index,
      X,
      Uint32Array.from({ length: 700 }, (_, i) => i),
      50,
    );
    const spreads = spread(kernels, index, all);
    index.free();
    const sorted = (lists: Uint32Array[]) => lists.map((list) => list.join()).sort();
    const expected = Array.from(spreads.keys()).filter((i) => spreads[i]! < threshold);
    expect([queries, threshold]).toEqual([700, percentile(spreads, 15)]);
    expect(sorted([...sets.events])).toEqual(sorted(expected.map((i) => all.ids.slice(50 * i, 50 * i + 50))));
  });

  test('gives the same events for the same seed', () => {
    const X = kernels.normalize(normals(100, 6, 2));
    expect(documentCollapse(kernels, X, 5).sets.events).toEqual(documentCollapse(kernels, X, 5).sets.events);
  });

  test('does nothing with one document', () => {
    expect(documentCollapse(kernels, matrix(1, 2, new Float32Array([1, 0])), 0).collapsed).toBe(0);
  });
});
