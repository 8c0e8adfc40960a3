import { describe, expect, test } from 'bun:test';
import { affineFits } from '../../src/distil/fit-affine.ts';
import type { FitData } from '../../src/distil/fit-data.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const X = kernels.normalize(normals(200, 8, 1));
const known = normals(8, 12, 2);
const data: FitData = { X, bags: tokenBags([]), Y: kernels.gemm(X, known), teacher: null, table: null, vocabulary: 0 };
const map = (more: Partial<FitData>, ridge: number) =>
  affineFits(kernels, { ...data, ...more })({ ridge, intercept: false }).map.data;
const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe('affineFits', () => {
  test('finds the map that made the targets, with a known start and without', () => {
    expect(furthest(map({}, 1e-8), known.data)).toBeLessThan(1e-4);
    expect(furthest(map({ basis: normals(8, 12, 3) }, 1e-8), known.data)).toBeLessThan(1e-4);
  });

  test('falls back to zero under a large penalty, and to the scaled basis where there is one', () => {
    expect(furthest(map({}, 1e9), new Float32Array(96))).toBeLessThan(1e-4);
    const half = { ...known, data: known.data.map((x) => x / 2) };
    expect(furthest(map({ basis: half }, 1e9), known.data)).toBeLessThan(1e-4);
  });
});
