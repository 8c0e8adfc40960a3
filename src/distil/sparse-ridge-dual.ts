import { Matrix as Dense, LuDecomposition } from 'ml-matrix';
import type { SparseRows } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';

/**
 * Z with (SᵀS + λI) Z = SᵀY by way of the n × n system, exact up to rounding: Z = Sᵀ(SSᵀ + λI)⁻¹Y.
 *
 * For few documents; conjugate gradients (`Kernels.sparseRidge`) for many.
 *
 * Shape   S (n, V) · Y (n, d) · Z (V, d)
 * Memory  n² in f64
 */
export function sparseRidgeDual(S: SparseRows, Y: Matrix, lambda: number): Matrix {
  const system = Dense.zeros(S.rows, S.rows);
  const dense = new Float64Array(S.columns);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) dense[S.ids[e]!]! += S.values[e]!;
    for (let j = 0; j <= i; j++) {
      let dot = i === j ? lambda : 0;
      for (let e = S.offsets[j]!; e < S.offsets[j + 1]!; e++) dot += dense[S.ids[e]!]! * S.values[e]!;
      system.set(i, j, dot);
      system.set(j, i, dot);
    }
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) dense[S.ids[e]!] = 0;
  }
  const A = new LuDecomposition(system).solve(Dense.from1DArray(Y.rows, Y.dims, Y.data)).to2DArray();
  const Z = matrix(S.columns, Y.dims);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) {
      const at = S.ids[e]! * Y.dims;
      for (let j = 0; j < Y.dims; j++) Z.data[at + j]! += S.values[e]! * A[i]![j]!;
    }
  }
  return Z;
}
