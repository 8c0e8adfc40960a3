import { ChelatedError } from './errors.ts';

/** n rows of d numbers, f32, row-major: row i is `data.subarray(i * dims, (i + 1) * dims)`. */
export interface Matrix {
  readonly rows: number;
  readonly dims: number;
  readonly data: Float32Array;
}

/**
 * A matrix over `data` (not copied).
 *
 * @throws {ChelatedError} shape_mismatch when `data.length` is not `rows * dims`
 * @example
 * const X = matrix(2, 3, new Float32Array([1, 0, 0, 0, 1, 0]));
 * Array.from(row(X, 1)); // => [0, 1, 0]
 */
export function matrix(rows: number, dims: number, data: Float32Array = new Float32Array(rows * dims)): Matrix {
  if (data.length !== rows * dims) {
    throw new ChelatedError(
      'shape_mismatch',
      `a ${rows} × ${dims} matrix needs ${rows * dims} numbers, got ${data.length}`,
    );
  }
  return { rows, dims, data };
}

/** Row i, a view. */
export function row(X: Matrix, i: number): Float32Array {
  return X.data.subarray(i * X.dims, (i + 1) * X.dims);
}

/** Rows `from` to `to` − 1, a view. */
export function rowsBetween(X: Matrix, from: number, to: number): Matrix {
  return matrix(to - from, X.dims, X.data.subarray(from * X.dims, to * X.dims));
}

/** The rows named by `indices`, copied, in that order. */
export function pickRows(X: Matrix, indices: ArrayLike<number>): Matrix {
  const picked = matrix(indices.length, X.dims);
  for (let i = 0; i < indices.length; i++) picked.data.set(row(X, indices[i]!), i * X.dims);
  return picked;
}

/** Xᵀ, copied. */
export function transpose({ rows, dims, data }: Matrix): Matrix {
  const turned = matrix(dims, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < dims; j++) turned.data[j * rows + i] = data[i * dims + j]!;
  return turned;
}

/** A loop, for `every` calls back for each number: ten times the time, and that beside requests. */
export function allFinite(data: Float32Array): boolean {
  for (let e = 0; e < data.length; e++) if (!Number.isFinite(data[e])) return false;
  return true;
}

/**
 * Refuses a matrix from outside that has other numbers than it says.
 *
 * @throws {ChelatedError} shape_mismatch when there are not rows × dims of them; not_finite, naming the first row that has
 *   NaN or Infinity
 */
export function assertFinite(X: Matrix, what: string): void {
  if (X.data.length !== X.rows * X.dims) {
    const got = `${what}: a ${X.rows} × ${X.dims} matrix needs ${X.rows * X.dims} numbers, got ${X.data.length}`;
    throw new ChelatedError('shape_mismatch', got);
  }
  for (let i = 0; i < X.data.length; i++) {
    if (!Number.isFinite(X.data[i])) {
      const where = `row ${Math.floor(i / X.dims)}, column ${i % X.dims}`;
      throw new ChelatedError('not_finite', `${what}: ${where} is ${X.data[i]}; every number must be finite`);
    }
  }
}
