import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { alignToTeacher } from '../../src/distil/align.ts';
import { blendTargets } from '../../src/distil/blend-targets.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const seeds = fc.nat();
const weights = fc.double({ min: 0, max: 1, noNaN: true });

function pair(seed: number, dims = 7) {
  const [H, T] = [kernels.normalize(normals(5, dims, seed)), kernels.normalize(normals(5, dims, seed + 1))];
  return { H, T, alignment: alignToTeacher(kernels, T) };
}

const angle = (x: Float32Array, y: Float32Array) =>
  Math.acos(
    Math.max(
      -1,
      Math.min(
        1,
        x.reduce((sum, value, i) => sum + value * y[i]!, 0),
      ),
    ),
  );

describe('blendTargets', () => {
  test('is h at α = 0 and t at α = 1, bit for bit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { H, T, alignment } = pair(seed);
        expect(blendTargets(kernels, H, T, 0, { alignment }).data).toEqual(H.data);
        expect(blendTargets(kernels, H, T, 1, { alignment }).data).toEqual(T.data);
      }),
    );
  });

  test('lies on the great-circle arc from h to t', () => {
    fc.assert(
      fc.property(seeds, weights, (seed, alpha) => {
        const { H, T, alignment } = pair(seed);
        const Y = blendTargets(kernels, H, T, alpha, { alignment });
        for (let i = 0; i < Y.rows; i++) {
          const [h, t, y] = [row(H, i), row(T, i), row(Y, i)];
          expect(Math.abs(angle(h, y) + angle(y, t) - angle(h, t))).toBeLessThan(2e-3);
        }
      }),
    );
  });

  test('is continuous in α: a small step in α is a small step on the arc', () => {
    fc.assert(
      fc.property(seeds, weights, (seed, alpha) => {
        const { H, T, alignment } = pair(seed);
        const next = alpha > 0.5 ? alpha - 1e-4 : alpha + 1e-4;
        const [a, b] = [alpha, next].map((weight) => blendTargets(kernels, H, T, weight, { alignment }));
        for (let i = 0; i < H.rows; i++) {
          // The arc's speed in α is sin θ/‖blend‖², at most 2·sin θ/(1 + cos θ).
          const opposite = 1 + Math.cos(angle(row(H, i), row(T, i)));
          const far = Math.hypot(...row(a!, i).map((value, j) => value - row(b!, i)[j]!));
          expect(far).toBeLessThan(1e-3 + 4e-4 / opposite);
        }
      }),
    );
  });

  test('is h where the blend vanishes', () => {
    const H = matrix(1, 2, new Float32Array([0.6, 0.8]));
    const T = matrix(1, 2, new Float32Array([-0.6, -0.8]));
    expect(blendTargets(kernels, H, T, 0.5, { alignment: alignToTeacher(kernels, T) }).data).toEqual(H.data);
  });

  test('says how many rows vanished', () => {
    const H = matrix(3, 2, new Float32Array([0.6, 0.8, 1, 0, 0, 1]));
    const T = matrix(3, 2, new Float32Array([-0.6, -0.8, 0, 1, 0, -1]));
    const told: number[] = [];
    const onVanished = (rows: number) => told.push(rows);
    blendTargets(kernels, H, T, 0.5, { alignment: alignToTeacher(kernels, T), onVanished });
    expect(told).toEqual([2]);
  });

  test('refuses spaces that were not aligned, unless asked for by name', () => {
    const { H, T } = pair(1);
    expect(() => blendTargets(kernels, H, T, 0.5, { alignment: null })).toThrow(
      expect.objectContaining({ code: 'unaligned' }),
    );
    expect(blendTargets(kernels, H, T, 0.5, { alignment: null, unaligned: true }).rows).toBe(5);
  });

  test('refuses widths that differ, and an α outside 0 … 1', () => {
    const { H, alignment } = pair(1);
    const refused = (alpha: number, dims: number) => () =>
      blendTargets(kernels, H, normals(5, dims, 2), alpha, { alignment });
    expect(refused(0.5, 6)).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
    for (const alpha of [-0.1, 1.1, Number.NaN])
      expect(refused(alpha, 7)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});
