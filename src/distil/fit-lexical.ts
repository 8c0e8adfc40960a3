import { phi } from '../adapter/features.ts';
import { keepRows } from '../adapter/keep-rows.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import { quantise } from '../adapter/quantise.ts';
import { config } from '../config.ts';
import type { StaticTable } from '../encode/static-table.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { add } from './add.ts';
import type { FitData } from './fit-data.ts';
import { ridgeEquations } from './fit-ridge.ts';
import { fitTokenRidge, type TokenRidgeOptions } from './fit-token-ridge.ts';
import { scaledBasis } from './scaled-basis.ts';
import { seenTokens } from './seen-tokens.ts';
import { subtract } from './subtract.ts';
import { tokenWeights, type Weighting } from './token-weighting.ts';

export interface LexicalOptions extends TokenRidgeOptions {
  /** Start from the student's table times its ridge map (P₀), or from zero. */
  readonly prior: boolean;
}

export interface LexicalFit {
  readonly parts: AdapterParts;
  readonly solver: 'dual' | 'iterative';
  readonly iterations: number;
}

/**
 * Fits of the `lexical` kind, one row a token: min ‖ΦP′ − Y‖² + λ‖P′ − P₀‖². What does not depend on λ and the prior is
 * done once.
 *
 * A table that was made from the same teacher is the prior by its basis, to scale; any other goes through a ridge map.
 *
 * Every token of the corpus gets a whole int8 row, its prior included. A token that the corpus does not have falls back on
 * the student's table times the ridge map, with the prior or without: no text with a token has a zero vector.
 *
 * @throws {ChelatedError} invalid_input for a student without a token table
 */
export function lexicalFits(
  kernels: Kernels,
  data: FitData,
  weighting: Weighting,
): (options: LexicalOptions) => LexicalFit {
  const { table } = data;
  if (!table) {
    throw new ChelatedError(
      'invalid_input',
      'the lexical adapter needs a student that is a token table; this one is not: use the residual or the affine adapter',
    );
  }
  const { weights, termFrequency } = tokenWeights(weighting, data.bags, table.weights, data.vocabulary);
  const S = phi(data.bags, weights, termFrequency);
  const { ids, rowOf } = seenTokens(S);
  // Passed through the table again where needed: n × d numbers that would otherwise stand beside the solver's.
  const throughTable = (bags: SparseRows) => sumRows(kernels, table, bags);
  const base = throughTable(S);
  const map = data.basis
    ? scaledBasis(kernels, data.basis, base, data.Y)
    : ridgeEquations(kernels, base, data.Y, false).solve(config.distil.priorLambda).map;
  return (options) => {
    const start = options.prior ? subtract(data.Y, kernels.gemm(throughTable(S), map)) : data.Y;
    const { Z, solver, iterations } = fitTokenRidge(kernels, S, start, options);
    const full = pickRows(Z, ids);
    if (options.prior) add(full, kernels.gemm(throughTable(oneEach(ids, S.columns)), map));
    const tokens = {
      rows: quantise(full),
      rowOf,
      weights: options.prior ? weights : lastResort(weights, rowOf),
      termFrequency,
    };
    return { parts: { map, bias: null, tokens, teacher: data.teacher }, solver, iterations };
  };
}

/** Bags as weighted sums of the student's own rows; word buckets have none. */
function sumRows(kernels: Kernels, table: StaticTable, bags: SparseRows): Matrix {
  const V = table.rows.rows;
  const own = table.wordBuckets ? Int32Array.from({ length: bags.columns }, (_, t) => (t < V ? t : -1)) : null;
  const held = kernels.hold(table.rows);
  try {
    return kernels.embeddingBag(held, own ? keepRows(bags, own, V) : bags);
  } finally {
    held.free();
  }
}

/** A bag for each token, of that token alone. */
function oneEach(ids: Uint32Array, columns: number): SparseRows {
  const offsets = Uint32Array.from({ length: ids.length + 1 }, (_, i) => i);
  return { rows: ids.length, columns, offsets, ids, values: new Float32Array(ids.length).fill(1) };
}

/** Without a prior, tokens that the corpus does not have speak only where no other token does. */
function lastResort(weights: Float32Array, rowOf: Int32Array): Float32Array {
  return weights.map((weight, t) => (rowOf[t]! < 0 ? weight * config.distil.unseenWeight : weight));
}
