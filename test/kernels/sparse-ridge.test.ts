import { describe, expect, test } from 'bun:test';
import { Matrix as Dense, solve } from 'ml-matrix';
import type { RidgeProgress, SparseRows } from '../../src/kernels/kernels.ts';
import { matrix } from '../../src/matrix.ts';
import { ordinary } from './contract/fills.ts';
import { implementations } from './implementations.ts';

/** 60 rows over 40 columns, of which columns 3, 7, 11 … never occur; one row is empty. */
function features(): SparseRows {
  const lists = Array.from({ length: 60 }, (_, i) =>
    i === 5 ? [] : [...new Set([0, 1, 2, 3, 4, 5].map((e) => (i * 31 + e * e * 17) % 40))].filter((c) => c % 4 !== 3),
  );
  const offsets = new Uint32Array(61);
  lists.forEach((list, i) => {
    offsets[i + 1] = offsets[i]! + list.length;
  });
  const ids = Uint32Array.from(lists.flat());
  return { rows: 60, columns: 40, offsets, ids, values: ordinary(ids.length, 1) };
}

const S = features();
const Y = matrix(60, 37, ordinary(60 * 37, 2));

/** (SᵀS + λI)⁻¹ SᵀY by a dense solver. */
function exact(lambda: number): number[][] {
  const dense = Dense.zeros(S.rows, S.columns);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) dense.set(i, S.ids[e]!, S.values[e]!);
  }
  const targets = Dense.from1DArray(Y.rows, Y.dims, Array.from(Y.data));
  const transposed = dense.transpose();
  return solve(transposed.mmul(dense).add(Dense.eye(S.columns).mul(lambda)), transposed.mmul(targets)).to2DArray();
}

for (const kernels of implementations) {
  describe(`sparseRidge, ${kernels.name}`, () => {
    test('solves the normal equations', () => {
      for (const lambda of [0.03, 1]) {
        const { Z, residual } = kernels.sparseRidge(S, Y, { lambda, tolerance: 1e-6, maxIterations: 200 });
        expect(residual).toBeLessThanOrEqual(1e-6);
        const off = exact(lambda)
          .flat()
          .map((v, i) => Math.abs(v - Z.data[i]!));
        expect(Math.max(...off)).toBeLessThan(2e-5);
      }
    });

    test('keeps columns that never occur at zero', () => {
      const { Z } = kernels.sparseRidge(S, Y, { lambda: 0, tolerance: 1e-3, maxIterations: 20 });
      for (let c = 3; c < 40; c += 4) expect(Z.data.subarray(c * 37, (c + 1) * 37).every((v) => v === 0)).toBe(true);
    });

    test('gives a column the same result whatever its neighbours', () => {
      const options = { lambda: 0.1, tolerance: 1e-2, maxIterations: 40 };
      const { Z } = kernels.sparseRidge(S, Y, options);
      const last = matrix(
        60,
        1,
        Float32Array.from({ length: 60 }, (_, i) => Y.data[i * 37 + 36]!),
      );
      const alone = kernels.sparseRidge(S, last, options).Z.data;
      for (let c = 0; c < 40; c++) expect(alone[c]!).toBeCloseTo(Z.data[c * 37 + 36]!, 6);
    });

    test('reports every iteration and stops at the tolerance', () => {
      const seen: RidgeProgress[] = [];
      const onIteration = (iteration: number, residual: number, progress: RidgeProgress) => {
        expect([iteration, residual]).toEqual([progress.iteration, progress.residual]);
        seen.push(progress);
      };
      const result = kernels.sparseRidge(S, Y, { lambda: 1, tolerance: 0.1, maxIterations: 200, onIteration });
      expect(result.iterations).toBe(Math.max(...seen.map((p) => p.iteration)));
      expect(result.iterations).toBeLessThan(40);
      expect(result.residual).toBeLessThanOrEqual(0.1);
      expect(seen.every((p, i) => i === 0 || p.share > seen[i - 1]!.share)).toBe(true);
    });

    test('agrees with itself whether run at once or step by step', () => {
      const options = { lambda: 0.1, tolerance: 1e-3, maxIterations: 15 };
      const steps = kernels.sparseRidgeSteps(S, Y, options);
      let step = steps.next();
      while (!step.done) step = steps.next();
      expect(step.value).toEqual(kernels.sparseRidge(S, Y, options));
    });

    test('propagates NaN to its column alone', () => {
      const broken = matrix(60, 3, ordinary(180, 4));
      broken.data[4 * 3 + 1] = Number.NaN;
      const { Z, residual } = kernels.sparseRidge(S, broken, { lambda: 1, tolerance: 1e-3, maxIterations: 10 });
      expect(residual).toBeNaN();
      const column = (j: number) =>
        Array.from({ length: 40 }, (_, c) => Z.data[c * 3 + j]!).filter((_, c) => c % 4 !== 3);
      expect(column(1).every(Number.isNaN)).toBe(true);
      expect([...column(0), ...column(2)].some(Number.isNaN)).toBe(false);
    });

    test('leaves zero targets zero', () => {
      const { Z, iterations } = kernels.sparseRidge(S, matrix(60, 2), {
        lambda: 1,
        tolerance: 1e-3,
        maxIterations: 10,
      });
      expect(iterations).toBe(0);
      expect(Z.data.every((v) => v === 0)).toBe(true);
    });
  });
}
