import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix, row } from '../matrix.ts';

/**
 * Vectors one number longer, so that a plain inner product takes a penalty off each document's score, in any database:
 *
 *   [d, −γ·b] · [q, 1] = d·q − γ·b
 *
 * Shape   D (n, d) · b (n) → (n, d + 1)
 * Unit    rows are no longer of unit length: search by inner product, not by cosine
 * @throws {ChelatedError} shape_mismatch when there is not one penalty a document
 */
export function foldPenalty(D: Matrix, b: ArrayLike<number>, gamma: number): Matrix {
  if (b.length !== D.rows) {
    throw new ChelatedError('shape_mismatch', `${D.rows} documents need as many penalties, got ${b.length}`);
  }
  return widen(D, (i) => -gamma * b[i]!);
}

/** Queries for such documents: [q, 1], or [q, 0] for a query that `active` says no penalty counts for. */
export function foldQueries(Q: Matrix, active: (i: number) => boolean = () => true): Matrix {
  return widen(Q, (i) => (active(i) ? 1 : 0));
}

function widen(X: Matrix, last: (i: number) => number): Matrix {
  const wide = matrix(X.rows, X.dims + 1);
  for (let i = 0; i < X.rows; i++) {
    const to = row(wide, i);
    to.set(row(X, i));
    to[X.dims] = last(i);
  }
  return wide;
}
