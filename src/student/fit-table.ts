import { phi } from '../adapter/features.ts';
import { config } from '../config.ts';
import { fromDense } from '../distil/dense.ts';
import { ridgeEquations } from '../distil/fit-ridge.ts';
import { meanRow } from '../distil/mean-row.ts';
import { principalAxes } from '../distil/principal-axes.ts';
import type { StaticTable } from '../encode/static-table.ts';
import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, matrix, rowsBetween, transpose } from '../matrix.ts';
import { appendBags, type TokenBags } from '../token-bags.ts';
import { centred } from './centred.ts';
import { heldOutScore } from './held-out-score.ts';
import { rowCosines } from './row-cosines.ts';
import { textWeights } from './text-weights.ts';

/** Texts as a fit sees them: token counts, and the teacher's vectors, unit rows. */
export interface TaughtTexts {
  readonly bags: TokenBags; // n texts
  readonly T: Matrix; // (n, e)
}

export interface FitTableInput {
  /** Where the fit starts: the raw token table. */
  readonly table: StaticTable;
  readonly texts: TaughtTexts;
  readonly paragraphs: TaughtTexts;
  /** Texts that are not fitted, nor in a paragraph that is, and paragraphs of them: both kinds choose λ, and count the same. */
  readonly heldOut: { readonly texts: TaughtTexts; readonly paragraphs: TaughtTexts };
  /** Width of the new table. */
  readonly dims: number;
  /** What a text weighs at most, however long it is. */
  readonly mostWeight?: number;
  readonly onProgress?: (step: 'choosing' | 'fitting', share: number) => void;
}

export interface FittedTable {
  /** Σ φ(t)·rows[t] is near (teacher's vector − centre)·basisᵀ. */
  readonly rows: Matrix; // (V, dims)
  /** Orthonormal rows: a student's vector times it stands in the teacher's centred space. */
  readonly basis: Matrix; // (dims, e)
  readonly centre: Float32Array; // (e)
  /** Share of the teacher's variance that the basis keeps. */
  readonly kept: number;
  readonly lambda: number;
  readonly iterations: number;
  readonly residual: number;
  /**
   * Mean cosine to the teacher's centred vectors, held-out texts and paragraphs alike: of the raw table through a linear map,
   * of the result, and of every λ tried (on a share of the axes).
   */
  readonly heldOut: {
    readonly raw: number;
    readonly fitted: number;
    readonly lambdas: Readonly<Record<string, number>>;
  };
}

/**
 * A token table that imitates its teacher on general text: min Σ w‖φP′ − y‖² + λ‖P′ − P₀‖², y the teacher's centred vectors in
 * their first principal axes, P₀ the raw table through its ridge map. λ is the least whose cosine on
 * what is held out is within one standard error of the best: shrinking further blurs what tells texts apart.
 *
 * Shape   table (V, d₀) · n texts of e dims · rows (V, dims)
 * Error   conjugate gradients stop at `config.makeStudent.cg`; cosines are of f32 vectors before any rounding to int8
 * Memory  two n × dims matrices or one and an n × e in f32 beside T, and the kernels' n × 32 blocks
 */
export function fitTable(kernels: Kernels, input: FitTableInput): FittedTable {
  const { table, texts, paragraphs, heldOut, mostWeight, onProgress } = input;
  const bags = [texts.bags, paragraphs.bags] as const;
  const weights = bags.map((of) => textWeights(of, mostWeight).map(Math.sqrt));
  const centre = meanRow(texts.T);
  const aside = paragraphs.T.rows > 0 ? meanRow(paragraphs.T) : centre;
  const both = (of: Record<'texts' | 'paragraphs', TaughtTexts>) => [
    { X: of.texts.T, mean: centre },
    { X: of.paragraphs.T, mean: aside },
  ];
  const { Y, across, kept } = inPrincipalAxes(
    kernels,
    centred(...both(input).map((part, i) => ({ ...part, weights: weights[i]! }))),
    input.dims,
  );
  const features = (of: TokenBags) => phi(of, table.weights, 'count');
  const S = stackSparse(...(bags.map((of, i) => scaleSparse(features(of), weights[i]!)) as [SparseRows, SparseRows]));

  const judged = stackSparse(features(heldOut.texts.bags), features(heldOut.paragraphs.bags));
  const target = centred(...both(heldOut));
  const score = (guess: Matrix, of: Matrix) => heldOutScore(rowCosines(guess, of), heldOut.texts.T.rows);
  const whole = (guess: Matrix) => score(kernels.gemm(guess, across, { transposeB: true }), target).mean;

  const held = kernels.hold(table.rows);
  const { R, map } = startFrom(kernels, kernels.embeddingBag(held, S), Y);
  const start = kernels.gemm(kernels.embeddingBag(held, judged), map);
  const prior = kernels.gemm(held.read(), map);
  held.free();

  const { lambdas, choiceStride, cg } = config.makeStudent;
  const thin = (X: Matrix) => everyColumn(X, choiceStride);
  const [thinR, thinStart, thinTarget] = [thin(R), thin(start), thin(kernels.gemm(target, across))];
  const scores = lambdas.map((lambda, i) => {
    const onIteration = (_: number, __: number, at: { share: number }) =>
      onProgress?.('choosing', (i + at.share) / lambdas.length);
    const { Z } = kernels.sparseRidge(S, thinR, { lambda, ...cg, onIteration });
    return score(added(thinStart, kernels.embeddingBag(Z, judged)), thinTarget);
  });
  const best = scores.reduce((a, b) => (b.mean > a.mean ? b : a));
  const lambda = lambdas[scores.findIndex(({ mean }) => mean >= best.mean - best.error)]!;
  const fit = kernels.sparseRidge(S, R, {
    lambda,
    ...cg,
    onIteration: (_, __, at) => onProgress?.('fitting', at.share),
  });
  const rows = added(prior, fit.Z);
  return {
    rows,
    basis: transpose(across),
    centre: Float32Array.from(centre),
    ...{ kept, lambda, iterations: fit.iterations, residual: fit.residual },
    heldOut: {
      raw: whole(start),
      lambdas: Object.fromEntries(lambdas.map((value, i) => [value, scores[i]!.mean])),
      fitted: whole(kernels.embeddingBag(rows, judged)),
    },
  };
}

/** C in the first principal axes of its rows. In a function of its own: C, wider than what comes of it, is not kept. */
function inPrincipalAxes(kernels: Kernels, C: Matrix, dims: number) {
  const { axes, kept } = principalAxes(kernels, C, dims);
  const across = fromDense(axes); // (e, dims)
  return { Y: kernels.gemm(C, across), across, kept };
}

/** The map that takes the table's own vectors X nearest to Y, and what it leaves of Y, which is written over Y. */
function startFrom(kernels: Kernels, X: Matrix, Y: Matrix) {
  const { map } = ridgeEquations(kernels, X, Y, false).solve(config.distil.priorLambda);
  const { chunkTexts } = config.makeStudent;
  for (let from = 0; from < X.rows; from += chunkTexts) {
    const to = Math.min(X.rows, from + chunkTexts);
    const { data } = kernels.gemm(rowsBetween(X, from, to), map);
    for (let i = 0; i < data.length; i++) Y.data[from * Y.dims + i]! -= data[i]!;
  }
  return { R: Y, map };
}

function added(X: Matrix, Y: Matrix): Matrix {
  return matrix(
    X.rows,
    X.dims,
    X.data.map((value, i) => value + Y.data[i]!),
  );
}

/** Columns 0, step, 2·step …, copied. */
function everyColumn(X: Matrix, step: number): Matrix {
  const dims = Math.ceil(X.dims / step);
  const thin = matrix(X.rows, dims);
  for (let i = 0; i < X.rows; i++) {
    for (let j = 0; j < dims; j++) thin.data[i * dims + j] = X.data[i * X.dims + j * step]!;
  }
  return thin;
}

function scaleSparse(S: SparseRows, weights: Float32Array): SparseRows {
  const values = S.values.slice();
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) values[e]! *= weights[i]!;
  }
  return { ...S, values };
}

function stackSparse(A: SparseRows, B: SparseRows): SparseRows {
  const { counts: values, ...stacked } = appendBags({ ...A, counts: A.values }, { ...B, counts: B.values });
  return { ...stacked, columns: A.columns, values };
}
