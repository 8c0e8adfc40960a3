import type { Matrix } from '../matrix.ts';

/**
 * n sparse rows over `columns` columns: row i is the sum of `values[e] * column ids[e]` for e in `offsets[i] … offsets[i + 1]`.
 * Token features φ(x) of texts (columns = vocabulary), and lists of rows to average, have this shape.
 */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly ids: Uint32Array;
  readonly values: Float32Array;
}

/** A matrix kept in kernel memory (f32, or int8 rows with one f32 scale each) until `free()`. */
export interface Resident {
  readonly rows: number;
  readonly dims: number;
  readonly dtype: 'f32' | 'int8';
  /** A copy of it as f32. */
  read(): Matrix;
  /** Releases the memory. A second call does nothing; any other use afterwards throws `invalid_input`. */
  free(): void;
}

/** A linear map in kernel memory until `free()`, laid out for products with a few rows as well as with many. */
export interface ResidentMap {
  readonly rows: number;
  readonly dims: number;
  /** X·M, bit for bit what `gemm` gives. */
  apply(X: Matrix): Matrix;
  /** Releases the memory. A second call does nothing; any other use afterwards throws `invalid_input`. */
  free(): void;
}

/** X·weight + bias. */
export interface Dense {
  readonly weight: Matrix; // (k, n)
  readonly bias: Float32Array; // (n)
}

/** A row brought to mean 0 and variance 1, times `gain`, plus `shift`; `epsilon` is added to the variance. */
export interface LayerNorm {
  readonly gain: Float32Array; // (d)
  readonly shift: Float32Array; // (d)
  readonly epsilon: number;
}

/**
 * A layer of a transformer as BERT has them, over the rows X (tokens, d) of a text:
 *
 *   Y = attentionNorm(X + merge(heads(qkv(X)))), Z = outNorm(Y + out(gelu(into(Y))))
 *
 * `qkv` gives queries, keys and values side by side (3d), the heads of each side by side; a head is softmax(scale·QKᵀ + bias)·V,
 * and gelu(z) = ½·z·(1 + erf(z/√2)).
 */
export interface TransformerLayer {
  readonly heads: number;
  readonly scale: number;
  readonly qkv: Dense; // d → 3d
  readonly merge: Dense; // d → d
  readonly attentionNorm: LayerNorm;
  readonly into: Dense; // d → h
  readonly out: Dense; // h → d
  readonly outNorm: LayerNorm;
}

/** What rows of texts are: so many texts of so many tokens, one after the other. */
export interface TextRows {
  readonly texts: number;
  readonly tokens: number;
  /** Added to the scores of every layer; a size of 1 stands for all. The last one is that of the keys. */
  readonly bias?: { readonly dims: readonly number[]; readonly data: Float32Array }; // (texts, heads, tokens, tokens)
}

/** Layers in kernel memory until `free()`. */
export interface ResidentTransformer {
  readonly dims: number;
  /** One layer more, behind the others: only one need be in memory besides. */
  append(layer: TransformerLayer): void;
  /** All layers, one after the other, on X (texts · tokens, d). A text's rows depend on no other text. */
  apply(X: Matrix, rows: TextRows): Matrix;
  /** Releases the memory. A second call does nothing; any other use afterwards throws `invalid_input`. */
  free(): void;
}

/** f32 rows in kernel memory that grow and change in place: an index that is written to while it is searched. */
export interface GrowingRows {
  readonly rows: number;
  readonly dims: number;
  append(X: Matrix): void;
  /** Overwrites the rows from `at` on. A row of NaN is found by no search before every other row. */
  set(at: number, X: Matrix): void;
  /** Copies of the rows named, in that order. */
  pick(rows: ArrayLike<number>): Matrix;
  /** Releases the memory. A second call does nothing; any other use afterwards throws `invalid_input`. */
  free(): void;
}

/** int8 rows, each with one scale: row i is `scales[i] * data[i * dims …]`. */
export interface Int8Rows {
  readonly rows: number;
  readonly dims: number;
  readonly data: Int8Array;
  readonly scales: Float32Array;
}

/** The k best rows for each query, best first; ties by the lower row index, NaN scores last. Fewer than k rows: k is the row count. */
export interface TopK {
  readonly queries: number;
  readonly k: number;
  readonly indices: Uint32Array; // (queries, k)
  readonly scores: Float32Array; // (queries, k)
}

/**
 * The hot loops, behind one interface that the WebAssembly module and the f64 reference both implement.
 * Inputs are never changed; results are new, owned by the caller. NaN in, NaN out.
 *
 * @throws {ChelatedError} shape_mismatch, too_large, invalid_input (use after free)
 */
export interface Kernels {
  readonly name: 'simd' | 'scalar' | 'threads' | 'reference';
  /** Why this is not the default build, where it is not: for logs and `inspect`. */
  readonly fallback?: string | undefined;

  /** Copies a matrix into kernel memory, where it stays until freed: calls on it copy nothing. */
  hold(X: Matrix | Int8Rows): Resident;
  /** The same for a map that rows are multiplied with again and again, one or many at a time; it takes twice the memory. */
  holdMap(M: Matrix): ResidentMap;
  /** Copies the first layer of a transformer into kernel memory. */
  holdTransformer(first: TransformerLayer): ResidentTransformer;
  /** No rows yet, in kernel memory, with room for more: growing moves nothing that is there. */
  growing(dims: number): GrowingRows;

  /** Rows to unit length; a zero row stays zero. */
  normalize(X: Matrix): Matrix;
  /** h = normalise(x + η·(x − c)/‖x − c‖); h = x where ‖x − c‖ < 1e-6. C is (n, d), one centre a row. */
  homeostaticPush(X: Matrix, C: Matrix, eta: number): Matrix;
  /**
   * normalise((1 − α)·h + α·t), row by row; where the blend vanishes (h ≈ −t), normalise(h).
   * `onVanished` is told how many rows those were, when there were any.
   */
  blend(H: Matrix, T: Matrix, alpha: number, onVanished?: (rows: number) => void): Matrix;
  /** Mean of the rows of X that each set names (values are ignored); an empty set gives a zero row. */
  centroid(X: Matrix | Resident, sets: SparseRows): Matrix;

  dot(x: Float32Array, y: Float32Array): number;
  /** y + a·x */
  axpy(a: number, x: Float32Array, y: Float32Array): Float32Array;
  /** A·x */
  gemv(A: Matrix | Resident, x: Float32Array): Float32Array;
  /** A·B, or A·Bᵀ with `transposeB`, or Aᵀ·B with `transposeA`. */
  gemm(A: Matrix, B: Matrix | Resident, options?: { transposeA?: boolean; transposeB?: boolean }): Matrix;

  /** S·X: for each sparse row the weighted sum of the table's rows. Not normalised. */
  embeddingBag(table: Matrix | Resident, S: SparseRows): Matrix;

  /** For each entry of S, the row of `tokens` that it names times the context of its sparse row: the sum of `context`'s rows. */
  contextDots(context: Matrix | Resident, tokens: Matrix | Resident, S: SparseRows): Float32Array;

  /** Exact inner-product search. */
  topK(index: Matrix | Resident | GrowingRows, Q: Matrix, k: number): TopK;

  /**
   * Z with (SᵀS + λI) Z = SᵀY, all columns at once, by conjugate gradients on the sparse rows (Hestenes & Stiefel 1952).
   * A column of Y stops when its residual has fallen to `tolerance` of its start, or after `maxIterations`.
   * Columns of S without an entry have zero rows in Z. Time is linear in the entries of S.
   */
  sparseRidge(S: SparseRows, Y: Matrix, options: SparseRidgeOptions): SparseRidgeResult;

  /**
   * The same, one step an iteration, so that a server can answer between steps; the last `next()` returns the result.
   * Other calls may come between steps. Ending it early releases its memory.
   */
  sparseRidgeSteps(S: SparseRows, Y: Matrix, options: SparseRidgeOptions): Generator<RidgeProgress, SparseRidgeResult>;
}

/** Where a sparse ridge is. Columns of Y are solved in blocks; `share` runs from 0 to 1 over all of them (an upper bound of the work). */
export interface RidgeProgress {
  readonly block: number;
  readonly blocks: number;
  readonly iteration: number; // in this block, from 1
  readonly residual: number; // largest ‖r‖/‖r₀‖ in this block
  readonly share: number;
}

export interface SparseRidgeOptions {
  readonly lambda: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Called after each iteration of each block of columns. */
  readonly onIteration?: (iteration: number, residual: number, progress: RidgeProgress) => void;
}

export interface SparseRidgeResult {
  readonly Z: Matrix; // (columns, d)
  /** Most iterations that a block took. */
  readonly iterations: number;
  /** Largest ‖r‖/‖r₀‖ over the columns. */
  readonly residual: number;
}
