import { describe, expect, test } from 'bun:test';
import { fitOrthogonal } from '../../src/distil/fit-orthogonal.ts';
import { residualFits } from '../../src/distil/fit-residual.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { random } from '../../src/random.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const { integer } = random(4);
const X = kernels.normalize(normals(120, 8, 1));
const bags = tokenBags(Array.from({ length: 120 }, () => Array.from({ length: 6 }, () => integer(30))));
const Y = kernels.gemm(X, normals(8, 12, 2));
const data = { X, bags, Y, teacher: null, table: null, vocabulary: 30 };
const fit = (ridge: number) =>
  residualFits(kernels, data, 'sif')({ ridge, intercept: false, lambda: 0.1, solver: 'dual' }).parts;

describe('residualFits', () => {
  test('a large penalty leaves the rotation of one space into the other, to a scale', () => {
    const got = fit(1e9).map!.data;
    const rotation = fitOrthogonal(kernels, data).map!.data;
    const scale = got[0]! / rotation[0]!;
    expect(scale).toBeGreaterThan(0.1);
    expect(Math.max(...got.map((x, i) => Math.abs(x - scale * rotation[i]!)))).toBeLessThan(1e-4);
  });

  test('the table learns what the map leaves, and nothing where it leaves nothing', () => {
    const largest = (ridge: number) => {
      const { rows } = fit(ridge).tokens!;
      const values = Float32Array.from(rows.data, (q, i) => q * rows.scales[Math.floor(i / rows.dims)]!);
      return Math.max(...values.map(Math.abs));
    };
    expect(largest(1e-9)).toBeLessThan(1e-3);
    expect(largest(1e9)).toBeGreaterThan(0.1);
  });
});
