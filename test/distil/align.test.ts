import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { alignToStudent, alignToTeacher, mapTeacher } from '../../src/distil/align.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, row } from '../../src/matrix.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const shapes = fc.record({
  rows: fc.integer({ min: 30, max: 80 }),
  e: fc.integer({ min: 2, max: 20 }),
  d: fc.integer({ min: 2, max: 20 }),
  seed: fc.nat(),
});

function inner(X: Matrix, i: number, j: number): number {
  return row(X, i).reduce((sum, x, k) => sum + x * row(X, j)[k]!, 0);
}

describe('alignToStudent', () => {
  test('keeps every inner product of centred vectors when the teacher is no wider', () => {
    fc.assert(
      fc.property(shapes, ({ rows, e, d, seed }) => {
        const [narrow, wide] = [Math.min(e, d), Math.max(e, d)];
        const T = normals(rows, narrow, seed);
        const { teacher, kept } = alignToStudent(kernels, T, normals(rows, wide, seed + 1));
        const centred = mapTeacher(kernels, T, { ...teacher, map: null });
        const aligned = mapTeacher(kernels, T, teacher);
        expect(kept).toBe(1);
        expect(aligned.dims).toBe(wide);
        for (let i = 0; i < 6; i++) {
          expect(Math.abs(inner(aligned, i, i + 1) - inner(centred, i, i + 1))).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('turns a rotated and shifted copy of the student back onto it', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const X = normals(60, 8, seed);
        const { map } = alignToStudent(kernels, normals(60, 8, seed + 1), normals(60, 8, seed + 2)).teacher;
        const T = kernels.gemm(X, map!);
        T.data.forEach((value, i) => {
          T.data[i] = value + (i % 8);
        });
        const aligned = mapTeacher(kernels, T, alignToStudent(kernels, T, X).teacher);
        const centred = mapTeacher(kernels, X, alignToTeacher(kernels, X).teacher);
        aligned.data.forEach((value, i) => {
          expect(Math.abs(value - centred.data[i]!)).toBeLessThan(1e-3);
        });
      }),
      { numRuns: 20 },
    );
  });

  test('reduces 384 to 256 and 768 to 384 by PCA, pads 256 to 384, and says what is kept', () => {
    for (const [e, d] of [
      [384, 256],
      [768, 384],
      [256, 384],
    ] as const) {
      const T = normals(120, e, e);
      const { teacher, kept } = alignToStudent(kernels, T, normals(120, d, d));
      expect([teacher.map?.rows, teacher.map?.dims, teacher.mean.length]).toEqual([e, d, e]);
      expect(kept).toBeGreaterThan(0.99); // 120 documents span fewer directions than either width
    }
  });
});

describe('alignToTeacher', () => {
  test('keeps the share of the variance that it states when it cuts the width', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), (seed, dims) => {
        const T = normals(50, 10, seed);
        const { teacher, kept } = alignToTeacher(kernels, T, dims);
        const square = (X: Matrix) => X.data.reduce((sum, x) => sum + x * x, 0);
        const whole = mapTeacher(kernels, T, { ...teacher, map: null });
        expect(square(mapTeacher(kernels, T, teacher)) / square(whole)).toBeCloseTo(kept, 4);
      }),
    );
  });

  test('centres alone when nothing is cut', () => {
    const { teacher, kept } = alignToTeacher(kernels, normals(40, 6, 1));
    expect([teacher.map, kept]).toEqual([null, 1]);
  });
});
