import { type Matrix, matrix } from '../matrix.ts';

/** The rows of all matrices, one below the other, copied; all have the width of the first. */
export function stackRows(...parts: readonly Matrix[]): Matrix {
  const stacked = matrix(
    parts.reduce((sum, { rows }) => sum + rows, 0),
    parts[0]?.dims ?? 0,
  );
  let at = 0;
  for (const { data } of parts) {
    stacked.data.set(data, at);
    at += data.length;
  }
  return stacked;
}
