import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { neighbours } from '../../src/collapse/neighbours.ts';
import { agreement } from '../../src/evaluate/agreement.ts';
import { pairedSignal } from '../../src/evaluate/paired-signal.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, pickRows } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const self = Uint32Array.from({ length: 20 }, (_, i) => i);

function silverOf(T: Matrix) {
  const index = kernels.hold(T);
  const silver = neighbours(kernels, index, T, self, 10);
  index.free();
  return silver;
}

const unit = (rows: number, dims: number, seed: number) => kernels.normalize(normals(rows, dims, seed));
const score = (X: Matrix, T: Matrix) =>
  agreement(kernels, { documents: X, queries: pickRows(X, self), self, silver: silverOf(T) });

describe('agreement', () => {
  test('of the teacher with itself is 1, and no space exceeds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: 60 }), fc.nat(), (n, seed) => {
        const [T, X] = [unit(n, 8, seed), unit(n, 5, seed + 1)];
        for (const value of score(T, T)) expect(value).toBeCloseTo(1, 9);
        for (const value of score(X, T)) expect(value >= 0 && value <= 1 + 1e-12).toBe(true);
      }),
    );
  });

  test('does not change when the space is rotated', () => {
    const [T, X] = [unit(50, 8, 1), unit(50, 2, 2)];
    const turned = { ...X, data: X.data.map((_, i) => (i % 2 === 0 ? -X.data[i + 1]! : X.data[i - 1]!)) };
    expect(score(turned, T)).toEqual(score(X, T));
  });

  test('is nDCG with the discount of each rank', () => {
    const documents = { rows: 4, dims: 2, data: new Float32Array([1, 0, 0.9, 0.1, 0.8, 0.2, 0.1, 0.9]) };
    const silver = {
      rows: 1,
      columns: 4,
      offsets: new Uint32Array([0, 2]),
      ids: new Uint32Array([2, 3]),
      values: new Float32Array(2),
    };
    const [value] = agreement(kernels, { documents, queries: pickRows(documents, [0]), self: [0], silver });
    // Ranked 1, 2, 3; the relevant ones are at ranks 2 and 3.
    expect(value!).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(4)) / (1 + 1 / Math.log2(3)), 9);
  });
});

describe('pairedSignal', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 });

  test('is 0 for identical measures and changes sign with the order', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const n = Math.min(a.length, b.length);
        const [x, y] = [Float64Array.from(a.slice(0, n)), Float64Array.from(b.slice(0, n))];
        expect(pairedSignal(x, x).z).toBe(0);
        expect(pairedSignal(x, y).z).toBeCloseTo(-pairedSignal(y, x).z, 6);
      }),
    );
  });

  test('is finite where every difference is the same, and with no query', () => {
    expect(pairedSignal(new Float64Array(5), new Float64Array(5).fill(0.5)).z).toBe(1e6);
    expect(pairedSignal(new Float64Array(0), new Float64Array(0))).toEqual({
      queries: 0,
      student: 0,
      candidate: 0,
      z: 0,
    });
  });

  test('is the mean over its standard error', () => {
    const { z } = pairedSignal(new Float64Array(4), Float64Array.from([1, 2, 3, 4]));
    expect(z).toBeCloseTo(2.5 / (Math.sqrt(5 / 3) / 2), 9);
  });
});
