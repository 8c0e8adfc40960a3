import { describe, expect, test } from 'bun:test';
import type { Int8Rows, Kernels, SparseRows } from '../../src/kernels/kernels.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { constants, least, offBound, u } from '../helpers/tolerance.ts';
import { ordinary } from './contract/fills.ts';
import { implementations } from './implementations.ts';

const reference = referenceKernels();
const random = (rows: number, dims: number, salt = 0): Matrix => matrix(rows, dims, ordinary(rows * dims, salt));
const absolute = (X: Matrix): Matrix => matrix(X.rows, X.dims, X.data.map(Math.abs));
const quantised = (X: Matrix): Int8Rows => ({
  ...X,
  data: Int8Array.from(X.data, (v) => 127 * v),
  scales: Float32Array.from({ length: X.rows }, (_, i) => (1 + i) / 500),
});

/** Sparse rows with an empty one, unequal lengths and ids in no order. */
function sparse(rows: number, columns: number, longest: number): SparseRows {
  const lists = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: i % (longest + 1) }, (_, e) => (i * 7919 + e * 104_729) % columns),
  );
  const offsets = new Uint32Array(rows + 1);
  lists.forEach((list, i) => {
    offsets[i + 1] = offsets[i]! + list.length;
  });
  const ids = Uint32Array.from(lists.flat());
  return { rows, columns, offsets, ids, values: ordinary(ids.length, 9) };
}

function within(got: Float32Array, expected: Float32Array, sums: Float32Array, c: number): void {
  // + 1: the reference rounds to f32 at the end
  expect(
    offBound(
      got,
      expected,
      Float64Array.from(sums, (v) => (c + 1) * u * v + 300 * least),
    ),
  ).toBeNull();
}

for (const kernels of implementations) {
  describe(`Kernels, ${kernels.name}`, () => {
    test('agrees with reference over more rows than a block holds', () => {
      const [X, C] = [random(1500, 384, 1), random(1500, 384, 2)];
      const one = X.data.map(() => 1);
      within(kernels.normalize(X).data, reference.normalize(X).data, one, constants.normalize);
      within(kernels.homeostaticPush(X, C, 0.1).data, reference.homeostaticPush(X, C, 0.1).data, one, constants.push);
      within(kernels.blend(X, C, 0.4).data, reference.blend(X, C, 0.4).data, one, 2 * constants.blend);
      const S = sparse(1500, 1500, 9);
      const sums = reference.embeddingBag(absolute(X), { ...S, values: S.values.map(Math.abs) }).data;
      within(kernels.embeddingBag(X, S).data, reference.embeddingBag(X, S).data, sums, constants.gather(9));
      const products = reference.contextDots(absolute(X), absolute(C), { ...S, values: S.values.map(Math.abs) });
      within(kernels.contextDots(X, C, S), reference.contextDots(X, C, S), products, constants.contextDots(384, 9));
      const means = reference.centroid(absolute(X), S).data;
      within(kernels.centroid(X, S).data, reference.centroid(X, S).data, means, constants.centroid(9));
      const A = matrix(1500, 40, X.data.slice(0, 60_000));
      const B = random(40, 500, 3);
      for (const [P, Q, options] of [
        [A, B, {}],
        [A, random(500, 40, 4), { transposeB: true }],
        [A, random(1500, 30, 5), { transposeA: true }],
        [A, random(30, 1500, 6), { transposeA: true, transposeB: true }],
      ] as const) {
        const most = reference.gemm(absolute(P), absolute(Q), options).data;
        within(kernels.gemm(P, Q, options).data, reference.gemm(P, Q, options).data, most, constants.gemm(1500));
      }
      const q = matrix(1, 384, row(C, 0));
      expect(kernels.topK(X, q, 5).indices).toEqual(reference.topK(X, q, 5).indices);
    });

    test('gives the same on a resident matrix as on the matrix itself', () => {
      const X = random(600, 48, 1);
      const S = sparse(50, 600, 6);
      const [x, Q] = [ordinary(48, 3), random(9, 48, 4)];
      for (const stored of [X, quantised(X)]) {
        const held = kernels.hold(stored);
        const copy = held.read();
        expect([held.rows, held.dims, held.dtype]).toEqual([600, 48, 'scales' in stored ? 'int8' : 'f32']);
        const c = constants.gatherInt8(6);
        const sums = reference.embeddingBag(absolute(copy), { ...S, values: S.values.map(Math.abs) }).data;
        within(kernels.embeddingBag(held, S).data, kernels.embeddingBag(copy, S).data, sums, c + 2);
        within(
          kernels.centroid(held, S).data,
          kernels.centroid(copy, S).data,
          reference.centroid(absolute(copy), S).data,
          c + 2,
        );
        expect(kernels.contextDots(held, held, S)).toEqual(kernels.contextDots(copy, copy, S));
        expect(kernels.gemv(held, x)).toEqual(kernels.gemv(copy, x));
        expect(kernels.gemm(Q, held, { transposeB: true })).toEqual(kernels.gemm(Q, copy, { transposeB: true }));
        expect(kernels.topK(held, Q, 20)).toEqual(kernels.topK(copy, Q, 20));
        held.free();
      }
    });

    test('gives a row the same result whatever batch it comes in', () => {
      const [X, W] = [random(70, 300, 1), random(300, 50, 2)];
      const [all, scores] = [kernels.gemm(X, W), kernels.topK(W, matrix(9, 50, ordinary(450, 3)), 7)];
      for (const i of [0, 1, 69]) expect(kernels.gemm(matrix(1, 300, row(X, i)), W).data).toEqual(row(all, i));
      const one = kernels.topK(W, matrix(1, 50, ordinary(450, 3).subarray(0, 50)), 7);
      expect([one.indices, one.scores]).toEqual([scores.indices.slice(0, 7), scores.scores.slice(0, 7)]);
    });

    test('ranks ties by row, NaN last, and returns at most the rows there are', () => {
      const X = matrix(7, 1, new Float32Array([2, Number.NaN, 3, 2, -0, 0, Number.NEGATIVE_INFINITY]));
      const found = kernels.topK(X, matrix(1, 1, new Float32Array([1])), 1000);
      expect(found.k).toBe(7);
      expect([...found.indices]).toEqual([2, 0, 3, 4, 5, 6, 1]);
      expect(kernels.topK(X, matrix(0, 1), 3)).toMatchObject({ queries: 0, k: 3 });
      expect(kernels.topK(X, matrix(1, 1), 0).indices.length).toBe(0);
      expect(kernels.topK(matrix(0, 1), matrix(2, 1), 5)).toMatchObject({ queries: 2, k: 0 });
    });

    test('finds the k best for k of 1, 10 and 1000', () => {
      const X = matrix(
        3000,
        4,
        ordinary(12_000, 1).map((v) => Math.round(8 * v)),
      );
      const Q = matrix(
        6,
        4,
        ordinary(24, 2).map((v) => Math.round(8 * v)),
      );
      for (const k of [1, 10, 1000]) expect(kernels.topK(X, Q, k)).toEqual(reference.topK(X, Q, k));
    });

    test('computes dot, axpy and gemv', () => {
      const [x, y] = [new Float32Array([1, 2, 3]), new Float32Array([4, -5, 6])];
      expect(kernels.dot(x, y)).toBe(12);
      expect([...kernels.axpy(2, x, y)]).toEqual([6, -1, 12]);
      expect([...kernels.gemv(matrix(2, 3, new Float32Array([1, 0, 0, 1, 1, 1])), y)]).toEqual([4, 5]);
    });

    test('takes empty inputs', () => {
      const none = sparse(0, 3, 1);
      expect(kernels.normalize(matrix(0, 5)).rows).toBe(0);
      expect(kernels.normalize(matrix(5, 0)).rows).toBe(5);
      expect(kernels.embeddingBag(random(3, 4), none).rows).toBe(0);
      expect([...kernels.gemm(matrix(2, 0), matrix(0, 2)).data]).toEqual([0, 0, 0, 0]);
      expect(kernels.gemv(matrix(0, 3), new Float32Array(3)).length).toBe(0);
      expect(kernels.dot(new Float32Array(), new Float32Array())).toBe(0);
    });

    test('changes none of its inputs', () => {
      const [X, C] = [random(20, 33, 1), random(20, 33, 2)];
      const before = [X.data.slice(), C.data.slice()];
      kernels.normalize(X);
      kernels.homeostaticPush(X, C, 0.1);
      kernels.blend(X, C, 0.5);
      kernels.axpy(2, X.data, C.data);
      kernels.gemm(X, C, { transposeB: true });
      expect([X.data, C.data]).toEqual(before);
    });

    test('two callers do not disturb each other', () => {
      const [X, Y] = [random(30, 40, 1), random(30, 40, 2)];
      const [held, first] = [kernels.hold(X), kernels.normalize(X)];
      const kept = first.data.slice();
      const steps = kernels.sparseRidgeSteps(sparse(30, 30, 4), Y, { lambda: 1, tolerance: 0, maxIterations: 3 });
      steps.next();
      kernels.normalize(random(20_000, 384, 3)); // grows the memory
      const other = kernels.hold(Y);
      for (let step = steps.next(); !step.done; step = steps.next());
      expect(first.data).toEqual(kept);
      expect(held.read().data).toEqual(X.data);
      held.free();
      expect(other.read().data).toEqual(Y.data);
      other.free();
    });

    test('tells how many blends vanished', () => {
      const H = matrix(2, 2, new Float32Array([1, 0, 0, 1]));
      const T = matrix(2, 2, new Float32Array([-1, 0, 1, 0]));
      const told: number[] = [];
      const out = kernels.blend(H, T, 0.5, (rows) => told.push(rows));
      expect(told).toEqual([1]);
      expect([...row(out, 0)]).toEqual([1, 0]);
    });

    test('throws shape_mismatch when shapes differ', () => {
      const code = (run: () => unknown) => {
        try {
          run();
        } catch (error) {
          return (error as { code?: string }).code;
        }
        return 'nothing';
      };
      const [X, Y, S] = [random(3, 4), random(3, 5), sparse(5, 3, 3)];
      const wrong: (() => unknown)[] = [
        () => kernels.homeostaticPush(X, Y, 0.1),
        () => kernels.blend(X, Y, 0.1),
        () => kernels.dot(X.data, Y.data),
        () => kernels.axpy(1, X.data, Y.data),
        () => kernels.gemv(X, new Float32Array(5)),
        () => kernels.gemm(X, Y),
        () => kernels.topK(X, Y, 1),
        () => kernels.embeddingBag(random(4, 4), S),
        () => kernels.embeddingBag(X, { ...S, values: new Float32Array(1) }),
        () => kernels.embeddingBag(X, { ...S, ids: S.ids.map(() => 3) }),
        () => kernels.contextDots(X, Y, S),
        () => kernels.contextDots(X, random(4, 4), S),
        () => kernels.centroid(X, { ...S, offsets: S.offsets.slice(1) }),
        () => kernels.centroid(X, { ...S, offsets: S.offsets.map((v, i) => (i === 2 ? 99 : v)) }),
        () => kernels.sparseRidge(S, X, { lambda: 1, tolerance: 0, maxIterations: 1 }),
        () => kernels.hold({ rows: 2, dims: 2, data: new Int8Array(4), scales: new Float32Array(1) }),
      ];
      expect(wrong.map(code)).toEqual(wrong.map(() => 'shape_mismatch'));
      expect(code(() => kernels.topK(X, X, -1))).toBe('invalid_input');
      expect(code(() => kernels.sparseRidge(S, random(5, 2), { lambda: -1, tolerance: 0, maxIterations: 1 }))).toBe(
        'invalid_input',
      );
    });

    test('refuses a resident matrix after free, and twice freeing does nothing', () => {
      const held = kernels.hold(random(2, 3));
      held.free();
      held.free();
      const S = sparse(2, 2, 1);
      for (const use of [
        () => held.read(),
        () => kernels.gemv(held, new Float32Array(3)),
        () => kernels.embeddingBag(held, S),
      ]) {
        expect(use).toThrow('used after free()');
      }
    });
  });
}

test('kernels refuse a resident matrix of another instance', () => {
  const [, simd, scalar] = implementations as [Kernels, Kernels, Kernels];
  const held = simd.hold(random(2, 3));
  expect(() => scalar.gemv(held, new Float32Array(3))).toThrow('of other kernels');
  held.free();
});
