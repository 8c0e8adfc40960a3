import { config } from '../config.ts';
import type { Kernels, SparseRidgeOptions, SparseRows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { sparseRidgeDual } from './sparse-ridge-dual.ts';

export interface TokenRidgeOptions {
  readonly lambda: number;
  /** Coarser and shorter where many fits are compared. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** `size` takes the exact dual form for at most `config.distil.dualDocuments` documents. */
  readonly solver?: 'size' | 'dual' | 'iterative';
  readonly onIteration?: SparseRidgeOptions['onIteration'];
}

export interface TokenRidge {
  readonly Z: Matrix; // (V, dOut); zero for tokens that S does not have
  readonly solver: 'dual' | 'iterative';
  readonly iterations: number;
}

/** Z of min ‖SZ − R‖² + λ‖Z‖²: exact for few documents, conjugate gradients for many. */
export function fitTokenRidge(kernels: Kernels, S: SparseRows, R: Matrix, options: TokenRidgeOptions): TokenRidge {
  const {
    lambda,
    solver = 'size',
    tolerance = config.distil.cgTolerance,
    maxIterations = config.distil.cgIterations,
  } = options;
  if (solver === 'dual' || (solver === 'size' && S.rows <= config.distil.dualDocuments)) {
    return { Z: sparseRidgeDual(S, R, lambda), solver: 'dual', iterations: 0 };
  }
  const { onIteration } = options;
  const { Z, iterations } = kernels.sparseRidge(S, R, {
    lambda,
    tolerance,
    maxIterations,
    ...(onIteration ? { onIteration } : {}),
  });
  return { Z, solver: 'iterative', iterations };
}
