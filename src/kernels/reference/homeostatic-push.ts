import type { Matrix } from '../../matrix.ts';
import { checkSameShape } from '../check.ts';
import { unitRow } from './normalize.ts';

/** h = normalise(x + η·(x − c)/‖x − c‖), h = x where ‖x − c‖ < 1e-6, in f64. */
export function homeostaticPush(X: Matrix, C: Matrix, eta: number): Float64Array {
  checkSameShape('homeostaticPush', X, C);
  const d = X.dims;
  const out = new Float64Array(X.data.length);
  for (let i = 0; i < X.rows; i++) {
    const x = X.data.subarray(i * d, (i + 1) * d);
    const away = Array.from(x, (value, j) => value - C.data[i * d + j]!);
    const distance = Math.sqrt(away.reduce((sum, v) => sum + v * v, 0));
    if (distance < 1e-6) out.set(x, i * d);
    else
      unitRow(
        away.map((v, j) => x[j]! + (Math.fround(eta) * v) / distance),
        out,
        i * d,
      );
  }
  return out;
}
