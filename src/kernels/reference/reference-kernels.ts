import { ChelatedError } from '../../errors.ts';
import { type Matrix, matrix, row } from '../../matrix.ts';
import { checkEqual, checkInt8, checkRows } from '../check.ts';
import type { GrowingRows, Int8Rows, Kernels, Resident, ResidentMap } from '../kernels.ts';
import { drain } from '../sparse-ridge.ts';
import { blend } from './blend.ts';
import { centroid, contextDots, embeddingBag } from './gather.ts';
import { homeostaticPush } from './homeostatic-push.ts';
import { normalize } from './normalize.ts';
import { axpy, dot, gemm, gemv } from './products.ts';
import { sparseRidgeSteps } from './sparse-ridge.ts';
import { topK } from './top-k.ts';
import { ReferenceTransformer } from './transformer.ts';

/**
 * The same interface in plain TypeScript, every sum in f64, results rounded to f32 at the end: slow, clear, and what the
 * module is held to.
 *
 * @example
 * const { data } = referenceKernels().normalize({ rows: 1, dims: 2, data: new Float32Array([3, 4]) });
 * Array.from(data, (v) => v.toFixed(1)); // => ['0.6', '0.8']
 */
export function referenceKernels(): Kernels {
  return {
    name: 'reference',
    hold: (X) => new ReferenceResident(X),
    holdMap: (M) => residentMap(new ReferenceResident(M)),
    holdTransformer: (first) => new ReferenceTransformer(first),
    growing: (dims) => new ReferenceRows(dims),
    normalize: (X) => rounded(X, normalize(X)),
    homeostaticPush: (X, C, eta) => rounded(X, homeostaticPush(X, C, eta)),
    blend: (H, T, alpha, onVanished) => {
      const { data, vanished } = blend(H, T, alpha);
      if (vanished > 0) onVanished?.(vanished);
      return rounded(H, data);
    },
    centroid: (X, sets) => rounded({ rows: sets.rows, dims: X.dims }, centroid(plain(X), sets)),
    dot: (x, y) => Math.fround(dot(x, y)),
    axpy: (a, x, y) => Float32Array.from(axpy(a, x, y)),
    gemv: (A, x) => Float32Array.from(gemv(plain(A), x)),
    gemm: (A, B, options) => {
      const C = gemm(A, plain(B), options);
      return rounded(C, C.data);
    },
    embeddingBag: (table, S) => rounded({ rows: S.rows, dims: table.dims }, embeddingBag(plain(table), S)),
    contextDots: (context, tokens, S) => Float32Array.from(contextDots(plain(context), plain(tokens), S)),
    topK: (index, Q, k) => topK(index instanceof ReferenceRows ? index.all() : plain(index as Matrix | Resident), Q, k),
    sparseRidge: (S, Y, options) => drain(sparseRidgeSteps(S, Y, options)),
    sparseRidgeSteps: (S, Y, options) => sparseRidgeSteps(S, Y, options),
  };
}

function rounded(shape: { rows: number; dims: number }, data: Float64Array): Matrix {
  return matrix(shape.rows, shape.dims, Float32Array.from(data));
}

function plain(X: Matrix | Resident): Matrix {
  return 'free' in X ? X.read() : X;
}

class ReferenceResident implements Resident {
  readonly rows: number;
  readonly dims: number;
  readonly dtype: 'f32' | 'int8';
  #data: Float32Array | null;

  constructor(X: Matrix | Int8Rows) {
    this.rows = X.rows;
    this.dims = X.dims;
    this.dtype = 'scales' in X ? 'int8' : 'f32';
    if ('scales' in X) {
      checkInt8(X);
      this.#data = Float32Array.from(X.data, (v, at) => v * X.scales[Math.floor(at / X.dims)]!);
    } else this.#data = X.data.slice();
  }

  read(): Matrix {
    if (this.#data === null)
      throw new ChelatedError('invalid_input', 'resident matrix used after free(); hold it again');
    return matrix(this.rows, this.dims, this.#data.slice());
  }

  free(): void {
    this.#data = null;
  }
}

function residentMap(held: ReferenceResident): ResidentMap {
  return {
    rows: held.rows,
    dims: held.dims,
    apply: (X) => {
      const C = gemm(X, held.read());
      return rounded(C, C.data);
    },
    free: () => held.free(),
  };
}

class ReferenceRows implements GrowingRows {
  readonly dims: number;
  #rows: Float32Array[] | null = [];

  constructor(dims: number) {
    this.dims = dims;
  }

  get rows(): number {
    return this.#live().length;
  }

  append(X: Matrix): void {
    checkEqual('append: width of the rows', this.dims, X.dims);
    for (let i = 0; i < X.rows; i++) this.#live().push(row(X, i).slice());
  }

  set(at: number, X: Matrix): void {
    checkRows('set', at, X.rows, this.rows);
    checkEqual('set: width of the rows', this.dims, X.dims);
    for (let i = 0; i < X.rows; i++) this.#live()[at + i] = row(X, i).slice();
  }

  pick(rows: ArrayLike<number>): Matrix {
    const picked = matrix(rows.length, this.dims);
    for (let i = 0; i < rows.length; i++) {
      checkRows('pick', rows[i]!, 1, this.rows);
      picked.data.set(this.#live()[rows[i]!]!, i * this.dims);
    }
    return picked;
  }

  all(): Matrix {
    return this.pick(Array.from(this.#live().keys()));
  }

  free(): void {
    this.#rows = null;
  }

  #live(): Float32Array[] {
    if (this.#rows === null)
      throw new ChelatedError('invalid_input', 'growing rows used after free(); make them again');
    return this.#rows;
  }
}
