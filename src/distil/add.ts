import type { Matrix } from '../matrix.ts';

/** X becomes X + Y. */
export function add(X: Matrix, Y: Matrix): void {
  for (let i = 0; i < X.data.length; i++) X.data[i]! += Y.data[i]!;
}
