import { ChelatedError } from '../errors.ts';
import type { Int8Rows, Kernels, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, matrix, rowsBetween } from '../matrix.ts';
import { bagsBelow, type TokenBags } from '../token-bags.ts';
import { readSafetensors, type SafeTensor, writeSafetensors } from './safetensors.ts';
import type { StaticTable } from './static-table.ts';

/** How much a token of a student counts, by the text that it stands in: through r numbers of either. */
export interface ContextGate {
  readonly context: Matrix; // (d, r)
  readonly tokens: Matrix; // (r, d)
}

/** The file of a student folder that holds the numbers: f16. */
export function writeGate({ context, tokens }: ContextGate): Uint8Array {
  const half = ({ rows, dims, data }: Matrix): SafeTensor => ({ dtype: 'F16', shape: [rows, dims], data });
  return writeSafetensors({ context: half(context), tokens: half(tokens) });
}

/** @throws {ChelatedError} invalid_input, shape_mismatch when it is no such file, or of another width than the student */
export function readGate(bytes: Uint8Array, dims: number, name: string): ContextGate {
  const { tensors } = readSafetensors(bytes, name);
  const [context, tokens] = [tensors.get('context'), tensors.get('tokens')];
  const r = context?.shape[1] ?? 0;
  const fits = String(context?.shape) === String([dims, r]) && String(tokens?.shape) === String([r, dims]);
  if (!fits || !(context?.data instanceof Float32Array) || !(tokens?.data instanceof Float32Array)) {
    const got = `[${context?.shape ?? 'none'}] and [${tokens?.shape ?? 'none'}]`;
    throw new ChelatedError(
      'shape_mismatch',
      `${name}: expected "context" [${dims}, r] and "tokens" [r, ${dims}] as F16 or F32, got ${got}`,
    );
  }
  return { context: matrix(dims, r, context.data), tokens: matrix(r, dims, tokens.data) };
}

/** A gate in kernel memory until `free()`. */
export interface HeldGate {
  /** The same tokens, each counted as often as the gate lets it. */
  weigh(tokens: TokenBags): TokenBags;
  free(): void;
}

/**
 * A gate that is ready to run over the rows of its student's table.
 *
 *   count′ = count · (1 + z/√(1 + z²)),   z = (c·context) · (row(t)·tokensᵀ),   c = Σ φ(t)·row(t), φ weights × counts to unit length
 *
 * Memory  every row of the table through both maps, once: 2·r numbers a token
 * Edge    a token without a row, as a word bucket is, keeps its count and is no part of c. Every count stays positive; square roots and quotients are exact in IEEE 754, so every machine gives the same
 */
export function heldGate(kernels: Kernels, { rows, weights, wordBuckets }: StaticTable, gate: ContextGate): HeldGate {
  const mapped = throughMaps(kernels, rows, gate);
  const [context, tokens] = [kernels.hold(mapped.context), kernels.hold(mapped.tokens)];
  return {
    weigh: (bags) => {
      const known = wordBuckets ? bagsBelow(bags, weights.length) : bags;
      if (known.ids.length === 0) return bags;
      const z = kernels.contextDots(context, tokens, contextFeatures(known, weights));
      const { rows, offsets, ids } = bags;
      const counts = bags.counts.slice();
      for (let e = 0, at = 0; e < counts.length; e++) if (ids[e]! < weights.length) counts[e]! *= openness(z[at++]!);
      return { rows, offsets, ids, counts };
    },
    free: () => {
      for (const held of [context, tokens]) held.free();
    },
  };
}

/** φ of each text, weights × counts to unit length: what a text's context is summed with. */
export function contextFeatures({ rows, offsets, ids, counts }: TokenBags, weights: Float32Array): SparseRows {
  const values = counts.slice();
  for (let e = 0; e < values.length; e++) values[e]! *= weights[ids[e]!]!;
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) squares += values[e]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) values[e]! *= scale;
  }
  return { rows, columns: weights.length, offsets, ids, values };
}

/** Rows of a table times either map, a block at a time: int8 rows are f32 once, and never all of them. */
function throughMaps(kernels: Kernels, table: Matrix | Int8Rows, { context, tokens }: ContextGate) {
  const mapped = { context: matrix(table.rows, context.dims), tokens: matrix(table.rows, tokens.rows) };
  for (let from = 0; from < table.rows; from += blockRows) {
    const held = kernels.hold(tableRows(table, from, Math.min(from + blockRows, table.rows)));
    const X = held.read();
    held.free();
    mapped.context.data.set(kernels.gemm(X, context).data, from * context.dims);
    mapped.tokens.data.set(kernels.gemm(X, tokens, { transposeB: true }).data, from * tokens.rows);
  }
  return mapped;
}

const blockRows = 1024;

/** The same of rows that may be int8. */
function tableRows(table: Matrix | Int8Rows, from: number, to: number): Matrix | Int8Rows {
  if (!('scales' in table)) return rowsBetween(table, from, to);
  const { dims, data, scales } = table;
  return { rows: to - from, dims, data: data.subarray(from * dims, to * dims), scales: scales.subarray(from, to) };
}

/** From 0 to 2, and 1 at 0: as 2σ(z), without an exponential that each engine rounds its own way. */
function openness(z: number): number {
  return Math.max(least, 1 + z / Math.sqrt(1 + z * z));
}

/** Far below what a trained gate gives: a token that is there never vanishes. */
const least = 2 ** -20;
