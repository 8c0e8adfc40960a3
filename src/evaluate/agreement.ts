import { config } from '../config.ts';
import type { Kernels, Resident, SparseRows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

export interface AgreementInput {
  readonly documents: Matrix | Resident; // (m, d), unit rows
  readonly queries: Matrix; // (n, d), unit rows
  /** The row of `documents` that query i came from: left out of its results. */
  readonly self: ArrayLike<number>;
  /** The rows of `documents` that the teacher puts first for query i: its silver judgements. */
  readonly silver: SparseRows;
  readonly depth?: number;
}

/**
 * How far a space finds what the teacher finds: nDCG of each query, with the teacher's nearest documents as binary
 * judgements. No label is needed.
 *
 * Edge    a query without silver judgements scores 0
 */
export function agreement(kernels: Kernels, input: AgreementInput): Float64Array {
  const { documents, queries, self, silver, depth = config.gate.depth } = input;
  const found = kernels.topK(documents, queries, depth + 1);
  return Float64Array.from({ length: queries.rows }, (_, i) => {
    const relevant = new Set(silver.ids.subarray(silver.offsets[i], silver.offsets[i + 1]));
    let gain = 0;
    let rank = 0;
    for (let j = 0; j < found.k && rank < depth; j++) {
      const document = found.indices[i * found.k + j]!;
      if (document === self[i]) continue;
      rank++;
      if (relevant.has(document)) gain += discount(rank);
    }
    let ideal = 0;
    for (let r = 1; r <= Math.min(depth, relevant.size); r++) ideal += discount(r);
    return ideal > 0 ? gain / ideal : 0;
  });
}

/** 1/log₂(rank + 1), rank from 1. */
export function discount(rank: number): number {
  return 1 / Math.log2(rank + 1);
}
