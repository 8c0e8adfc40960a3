import type { Matrix } from '../../matrix.ts';
import { checkSameShape } from '../check.ts';
import { unitRow } from './normalize.ts';

/** normalise((1 − α)·h + α·t), normalise(h) where that vanishes, in f64; and how many rows vanished. */
export function blend(H: Matrix, T: Matrix, alpha: number): { data: Float64Array; vanished: number } {
  checkSameShape('blend', H, T);
  const d = H.dims;
  const data = new Float64Array(H.data.length);
  const b = Math.fround(alpha);
  const a = Math.fround(1 - b);
  let vanished = 0;
  for (let i = 0; i < H.rows; i++) {
    const h = H.data.subarray(i * d, (i + 1) * d);
    const mixed = Array.from(h, (value, j) => a * value + b * T.data[i * d + j]!);
    const squares = mixed.reduce((sum, v) => sum + v * v, 0);
    const own = h.reduce((sum, v) => sum + (a * v) ** 2, 0);
    const gone = Number.isFinite(squares) && squares <= 1e-12 * own;
    if (gone) vanished++;
    unitRow(gone ? h : mixed, data, i * d);
  }
  return { data, vanished };
}
