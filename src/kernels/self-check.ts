import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Kernels, SparseRows } from './kernels.ts';
import { referenceKernels } from './reference/reference-kernels.ts';

/** Largest difference that an entry near 1 may show here; a wrong module is off by far more. */
const ALLOWED = 1e-5;

/**
 * Runs one known vector through every kernel and compares with the reference.
 *
 * @throws {ChelatedError} wasm_unavailable, naming the kernel that answered wrongly or failed
 */
export function selfCheck(kernels: Kernels): void {
  const reference = referenceKernels();
  for (const [name, run] of Object.entries(probes)) {
    const expected = run(reference);
    let got: readonly number[] = [];
    try {
      got = run(kernels);
    } catch (cause) {
      throw new ChelatedError('wasm_unavailable', `kernel ${name} failed on load; build the module again`, { cause });
    }
    const wrong = expected.findIndex((value, i) => !(Math.abs(value - got[i]!) <= ALLOWED));
    if (wrong >= 0 || got.length !== expected.length) {
      const message = `kernel ${name} is wrong: expected ${expected[wrong]} at ${wrong}, got ${got[wrong]}; build the module again`;
      throw new ChelatedError('wasm_unavailable', message);
    }
  }
}

// Wide enough (37 = 32 + 4 + 1) that the widest path, the narrow one and the tail all run.
const D = 37;
const X = waves(9, D, 0.7);
const Y = waves(9, D, 1.3);
const x = X.data.subarray(0, D);
const y = Y.data.subarray(0, D);
const int8 = { rows: 9, dims: D, data: Int8Array.from(X.data, (v) => 100 * v), scales: new Float32Array(9).fill(0.01) };
const S: SparseRows = {
  rows: 4,
  columns: 9,
  offsets: new Uint32Array([0, 2, 2, 5, 6]),
  ids: new Uint32Array([0, 8, 1, 2, 3, 5]),
  values: new Float32Array([0.5, -1, 0.25, 2, 1, 1.5]),
};

const probes: Record<string, (kernels: Kernels) => number[]> = {
  normalize: (kernels) => [...kernels.normalize(X).data],
  homeostaticPush: (kernels) => [...kernels.homeostaticPush(X, Y, 0.1).data],
  blend: (kernels) => [...kernels.blend(X, Y, 0.3).data],
  centroid: (kernels) => [...kernels.centroid(X, S).data],
  'centroid of int8 rows': (kernels) => [...held(kernels, (rows) => kernels.centroid(rows, S).data)],
  dot: (kernels) => [kernels.dot(x, y)],
  axpy: (kernels) => [...kernels.axpy(0.3, x, y)],
  gemv: (kernels) => [...kernels.gemv(X, y)],
  gemm: (kernels) => [
    ...kernels.gemm(X, Y, { transposeB: true }).data,
    ...kernels.gemm(X, Y, { transposeA: true }).data,
  ],
  'gemm of one row': (kernels) => [...kernels.gemm(matrix(1, 9, x.slice(0, 9)), Y).data],
  holdTransformer: (kernels) => {
    const dense = (rows: number, dims: number) => ({ weight: waves(rows, dims, 0.9), bias: Y.data.subarray(0, dims) });
    const norm = { gain: x, shift: y, epsilon: 1e-5 };
    const held = kernels.holdTransformer({
      ...{ heads: 1, scale: 0.01, qkv: dense(D, 3 * D), merge: dense(D, D), attentionNorm: norm },
      ...{ into: dense(D, 5), out: dense(5, D), outNorm: norm },
    });
    const { data } = held.apply(X, { texts: 1, tokens: 9, bias: { dims: [9], data: Y.data.subarray(0, 9) } });
    held.free();
    return [...data];
  },
  embeddingBag: (kernels) => [...kernels.embeddingBag(X, S).data],
  'embeddingBag of int8 rows': (kernels) => [...held(kernels, (rows) => kernels.embeddingBag(rows, S).data)],
  contextDots: (kernels) => [...kernels.contextDots(X, Y, S)],
  topK: (kernels) => {
    const found = kernels.topK(X, matrix(5, D, Y.data.slice(0, 5 * D)), 3);
    return [...found.indices, ...found.scores];
  },
  sparseRidge: (kernels) => {
    const targets = matrix(4, D, Y.data.slice(0, 4 * D));
    return [...kernels.sparseRidge(S, targets, { lambda: 1, tolerance: 1e-6, maxIterations: 10 }).Z.data];
  },
};

function held(kernels: Kernels, run: (rows: ReturnType<Kernels['hold']>) => Float32Array): Float32Array {
  const rows = kernels.hold(int8);
  try {
    return run(rows);
  } finally {
    rows.free();
  }
}

/** Numbers in −1 … 1 without a pattern that a wrong stride would keep. */
function waves(rows: number, dims: number, pace: number): Matrix {
  return matrix(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, (_, i) => Math.sin(pace * i * (1 + i / 97))),
  );
}
