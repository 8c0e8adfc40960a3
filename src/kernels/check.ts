import { ChelatedError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import type { Int8Rows, SparseRidgeOptions, SparseRows, TextRows, TransformerLayer } from './kernels.ts';

// What every implementation refuses, in one place, so that all refuse alike.

/** Two matrices that must agree in rows and width. */
export function checkSameShape(what: string, X: Matrix, Y: Matrix): void {
  if (X.rows !== Y.rows || X.dims !== Y.dims) {
    throw new ChelatedError(
      'shape_mismatch',
      `${what}: both need the same shape, got ${X.rows} × ${X.dims} and ${Y.rows} × ${Y.dims}`,
    );
  }
}

export function checkEqual(what: string, expected: number, got: number): void {
  if (expected !== got) throw new ChelatedError('shape_mismatch', `${what}: expected ${expected}, got ${got}`);
}

/** The offsets ascend within the entries and every id is a row of the table that has `columns` rows. */
export function checkSparse(what: string, S: SparseRows, columns: number): void {
  const fail = (message: string): never => {
    throw new ChelatedError('shape_mismatch', `${what}: ${message}`);
  };
  if (S.columns !== columns) fail(`sparse rows over ${S.columns} columns meet ${columns}`);
  if (S.offsets.length !== S.rows + 1)
    fail(`${S.rows} sparse rows need ${S.rows + 1} offsets, got ${S.offsets.length}`);
  if (S.offsets[0] !== 0 || S.offsets[S.rows] !== S.ids.length) {
    fail(`offsets must run from 0 to ${S.ids.length}, got ${S.offsets[0]} to ${S.offsets[S.rows]}`);
  }
  for (let i = 0; i < S.rows; i++) if (S.offsets[i]! > S.offsets[i + 1]!) fail(`offsets fall at row ${i}`);
  for (let e = 0; e < S.ids.length; e++) {
    if (S.ids[e]! >= columns) fail(`id ${S.ids[e]} at entry ${e} is outside 0 … ${columns - 1}`);
  }
}

/** Sparse rows that are multiplied: each entry has its value. */
export function checkWeighted(what: string, S: SparseRows, columns: number): void {
  checkSparse(what, S, columns);
  checkEqual(`${what}: values of ${S.ids.length} entries`, S.ids.length, S.values.length);
}

/** Two tables of one shape, and sparse rows over them with a value an entry. */
export function checkContextDots(S: SparseRows, context: Shape, tokens: Shape): void {
  checkWeighted('contextDots', S, context.rows);
  checkEqual('contextDots: rows of the second table', context.rows, tokens.rows);
  checkEqual('contextDots: width of the second table', context.dims, tokens.dims);
}

type Shape = Pick<Matrix, 'rows' | 'dims'>;

/** A layer takes d numbers a row, and gives d. */
export function checkLayer(
  { heads, qkv, merge, attentionNorm, into, out, outNorm }: TransformerLayer,
  d: number,
): void {
  const h = into.weight.dims;
  const check = (what: string, expected: number, got: number) =>
    checkEqual(`layer of a transformer: ${what}`, expected, got);
  check(`columns that are left of ${d} for ${heads} heads`, 0, d % heads);
  for (const [name, { weight, bias }, rows, dims] of [
    ['qkv', qkv, d, 3 * d],
    ['merge', merge, d, d],
    ['into', into, d, h],
    ['out', out, h, d],
  ] as const) {
    check(`rows of ${name}`, rows, weight.rows);
    check(`columns of ${name}`, dims, weight.dims);
    check(`bias of ${name}`, dims, bias.length);
  }
  for (const { gain, shift } of [attentionNorm, outNorm]) {
    check('gain of a norm', d, gain.length);
    check('shift of a norm', d, shift.length);
  }
}

/** The strides of a bias of scores over texts, heads and queries; 0 where one stands for all. */
export function checkTextRows(X: Matrix, d: number, heads: number, { texts, tokens, bias }: TextRows): number[] {
  checkEqual('apply: width of the rows', d, X.dims);
  checkEqual(`apply: rows of ${texts} texts of ${tokens} tokens`, texts * tokens, X.rows);
  if (!bias) return [0, 0, 0];
  const sizes = [texts, heads, tokens, tokens];
  const dims = [...new Array(Math.max(0, 4 - bias.dims.length)).fill(1), ...bias.dims];
  const fits = dims.length === 4 && dims.every((size, i) => size === sizes[i] || (size === 1 && i < 3));
  if (!fits) throw new ChelatedError('shape_mismatch', `apply: expected a bias of [${sizes}], got [${bias.dims}]`);
  checkEqual(
    `apply: numbers of a bias of [${bias.dims}]`,
    dims.reduce((a, b) => a * b, 1),
    bias.data.length,
  );
  return [0, 1, 2].map((i) => (dims[i] === 1 ? 0 : dims.slice(i + 1).reduce((a, b) => a * b, 1)));
}

export function checkInt8(X: Int8Rows): void {
  checkEqual(`hold: int8 numbers of ${X.rows} × ${X.dims}`, X.rows * X.dims, X.data.length);
  checkEqual(`hold: scales of ${X.rows} rows`, X.rows, X.scales.length);
}

/** Rows `from` … `from + count − 1` of so many. */
export function checkRows(what: string, from: number, count: number, rows: number): void {
  if (count === 0 || (Number.isInteger(from) && from >= 0 && from + count <= rows)) return;
  const wrong = from >= 0 && from < rows ? from + count - 1 : from;
  throw new ChelatedError('shape_mismatch', `${what}: row ${wrong} is outside 0 … ${rows - 1}`);
}

export function checkK(k: number): void {
  if (!Number.isSafeInteger(k) || k < 0) {
    throw new ChelatedError('invalid_input', `topK: k must be a whole number ≥ 0, got ${k}`);
  }
}

export function checkRidge(S: SparseRows, Y: Matrix, options: SparseRidgeOptions): void {
  checkWeighted('sparseRidge', S, S.columns);
  checkEqual('sparseRidge: rows of Y', S.rows, Y.rows);
  const { lambda, tolerance, maxIterations } = options;
  if (!(lambda >= 0 && tolerance >= 0 && Number.isSafeInteger(maxIterations) && maxIterations >= 0)) {
    throw new ChelatedError(
      'invalid_input',
      `sparseRidge: λ ≥ 0, tolerance ≥ 0 and whole iterations ≥ 0 expected, got ${lambda}, ${tolerance}, ${maxIterations}`,
    );
  }
}
