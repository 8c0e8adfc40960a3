import { phi } from '../adapter/features.ts';
import { config } from '../config.ts';
import { fromDense } from '../distil/dense.ts';
import { subtract } from '../distil/fit-lexical.ts';
import { ridgeEquations } from '../distil/fit-ridge.ts';
import { meanRow } from '../distil/mean-row.ts';
import { principalAxes } from '../distil/principal-axes.ts';
import type { StaticTable } from '../encode/static-table.ts';
import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import { rowCosines } from './row-cosines.ts';
import { stackRows } from './stack-rows.ts';

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
   * of the result, and of every λ tried (on the widest axes).
   */
  readonly heldOut: {
    readonly raw: number;
    readonly fitted: number;
    readonly lambdas: Readonly<Record<string, number>>;
  };
}

/**
 * A token table that imitates its teacher on general text: min ‖ΦP′ − Y‖² + λ‖P′ − P₀‖², Y the teacher's centred vectors in
 * their first principal axes, P₀ the raw table through its ridge map. λ is the one with the best cosine on what is held out.
 *
 * Shape   table (V, d₀) · n texts of e dims · rows (V, dims)
 * Error   conjugate gradients stop at `config.makeStudent.cg`; cosines are of f32 vectors before any rounding to int8
 * Memory  three n × dims and one n × e matrices in f32, and the kernels' n × 32 blocks: 1.5 GB for 185,000 texts
 */
export function fitTable(kernels: Kernels, input: FitTableInput): FittedTable {
  const { table, texts, paragraphs, heldOut, onProgress } = input;
  const weight = Math.sqrt(config.makeStudent.paragraphs.weight);
  const centre = meanRow(texts.T);
  const aside = paragraphs.T.rows > 0 ? meanRow(paragraphs.T) : centre;
  const C = stackRows(centred(texts.T, centre, 1), centred(paragraphs.T, aside, weight));
  const { axes, kept } = principalAxes(kernels, C, input.dims);
  const across = fromDense(axes); // (e, dims)
  const Y = kernels.gemm(C, across);
  const features = (bags: TokenBags) => phi(bags, table.weights, 'count');
  const S = stackSparse(features(texts.bags), scaled(features(paragraphs.bags), weight));

  const judged = stackSparse(features(heldOut.texts.bags), features(heldOut.paragraphs.bags));
  const target = stackRows(centred(heldOut.texts.T, centre, 1), centred(heldOut.paragraphs.T, aside, 1));
  const score = (guess: Matrix, of: Matrix) => {
    const cosines = rowCosines(guess, of);
    const short = mean(cosines.subarray(0, heldOut.texts.T.rows));
    return heldOut.paragraphs.T.rows === 0 ? short : (short + mean(cosines.subarray(heldOut.texts.T.rows))) / 2;
  };
  const whole = (guess: Matrix) => score(kernels.gemm(guess, across, { transposeB: true }), target);

  const held = kernels.hold(table.rows);
  const X = kernels.embeddingBag(held, S);
  const { map } = ridgeEquations(kernels, X, Y, false).solve(config.distil.priorLambda);
  const R = subtract(Y, kernels.gemm(X, map));
  const start = kernels.gemm(kernels.embeddingBag(held, judged), map);
  const prior = kernels.gemm(held.read(), map);
  held.free();

  const { lambdas, choiceDims, cg } = config.makeStudent;
  const narrow = Math.min(choiceDims, R.dims);
  const cosines = lambdas.map((lambda, i) => {
    // The widest axes alone tell the λ apart, at a fraction of the work.
    const onIteration = (_: number, __: number, at: { share: number }) =>
      onProgress?.('choosing', (i + at.share) / lambdas.length);
    const { Z } = kernels.sparseRidge(S, columns(R, narrow), { lambda, ...cg, onIteration });
    const guess = added(columns(start, narrow), kernels.embeddingBag(Z, judged));
    return score(guess, columns(kernels.gemm(target, across), narrow));
  });
  const lambda = lambdas[cosines.indexOf(Math.max(...cosines))]!;
  const fit = kernels.sparseRidge(S, R, {
    lambda,
    ...cg,
    onIteration: (_, __, at) => onProgress?.('fitting', at.share),
  });
  const rows = added(prior, fit.Z);
  return {
    rows,
    basis: fromDense(axes.transpose()),
    centre: Float32Array.from(centre),
    ...{ kept, lambda, iterations: fit.iterations, residual: fit.residual },
    heldOut: {
      raw: whole(start),
      lambdas: Object.fromEntries(lambdas.map((value, i) => [value, cosines[i]!])),
      fitted: whole(kernels.embeddingBag(rows, judged)),
    },
  };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** (x − mean)·weight, row by row. */
function centred(X: Matrix, mean: ArrayLike<number>, weight: number): Matrix {
  const moved = matrix(X.rows, X.dims);
  for (let i = 0; i < X.data.length; i++) moved.data[i] = weight * (X.data[i]! - mean[i % X.dims]!);
  return moved;
}

function added(X: Matrix, Y: Matrix): Matrix {
  return matrix(
    X.rows,
    X.dims,
    X.data.map((value, i) => value + Y.data[i]!),
  );
}

/** The first columns, copied. */
function columns(X: Matrix, count: number): Matrix {
  const first = matrix(X.rows, count);
  for (let i = 0; i < X.rows; i++) first.data.set(X.data.subarray(i * X.dims, i * X.dims + count), i * count);
  return first;
}

function scaled(S: SparseRows, factor: number): SparseRows {
  return { ...S, values: S.values.map((value) => value * factor) };
}

function stackSparse(A: SparseRows, B: SparseRows): SparseRows {
  const offsets = new Uint32Array(A.rows + B.rows + 1);
  offsets.set(A.offsets);
  B.offsets.forEach((offset, i) => {
    offsets[A.rows + i] = A.ids.length + offset;
  });
  const ids = new Uint32Array(A.ids.length + B.ids.length);
  ids.set(A.ids);
  ids.set(B.ids, A.ids.length);
  const values = new Float32Array(ids.length);
  values.set(A.values);
  values.set(B.values, A.values.length);
  return { rows: A.rows + B.rows, columns: A.columns, offsets, ids, values };
}
