import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/** What a rung of the ladder may look at: never a judged query. */
export interface HubnessInput {
  readonly kernels: Kernels;
  readonly documents: Matrix; // (n, d) unit rows
  /** Queries that stand in for those to come: unit rows of the same space, made from the documents or taken from a log. */
  readonly bank: Matrix; // (m, d)
  readonly seed: number;
}

/** Both sides made ready for one search by inner product. Queries alone may come later. */
export interface HubnessCorrection {
  readonly documents: Matrix;
  queries(Q: Matrix): Matrix;
}

/** Nothing is corrected. */
export function noCorrection({ documents }: Pick<HubnessInput, 'documents'>): HubnessCorrection {
  return { documents, queries: (Q) => Q };
}

/** One map for documents and queries, and unit length after it. */
export function mapBoth({ kernels, documents }: HubnessInput, map: (X: Matrix) => Matrix): HubnessCorrection {
  const apply = (X: Matrix) => kernels.normalize(map(X));
  return { documents: apply(documents), queries: apply };
}
