import { ChelatedError } from '../errors.ts';
import type { Kernels, Resident, SparseRows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import { readSafetensors, type SafeTensor, writeSafetensors } from './safetensors.ts';

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

/**
 * The context of each text: its tokens' rows summed with their features φ, weights × counts to unit length.
 *
 * Shape   held (V, d), n texts → (n, d)
 */
export function textContexts(
  kernels: Kernels,
  held: Resident,
  weights: Float32Array,
  { rows, offsets, ids, counts }: TokenBags,
): { readonly S: SparseRows; readonly C: Matrix } {
  const values = counts.map((count, e) => count * weights[ids[e]!]!);
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) squares += values[e]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) values[e]! *= scale;
  }
  const S = { rows, columns: weights.length, offsets, ids, values };
  return { S, C: kernels.embeddingBag(held, S) };
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
 *   count′ = count · (1 + z/√(1 + z²)),   z = row(t) · (c·context·tokens),   c as `textContexts` has it
 *
 * Edge    every count stays positive; square roots and quotients are exact in IEEE 754, so every machine gives the same
 */
export function heldGate(
  kernels: Kernels,
  held: Resident,
  weights: Float32Array,
  { context, tokens: back }: ContextGate,
): HeldGate {
  const maps = [kernels.holdMap(context), kernels.holdMap(back)] as const;
  return {
    weigh: (tokens) => {
      if (tokens.ids.length === 0) return tokens;
      const { S, C } = textContexts(kernels, held, weights, tokens);
      const z = kernels.bagDots(held, S, maps[1].apply(maps[0].apply(C)));
      return { ...tokens, counts: tokens.counts.map((count, e) => count * openness(z[e]!)) };
    },
    free: () => {
      for (const map of maps) map.free();
    },
  };
}

/** From 0 to 2, and 1 at 0: as 2σ(z), without an exponential that each engine rounds its own way. */
function openness(z: number): number {
  return Math.max(least, 1 + z / Math.sqrt(1 + z * z));
}

/** Far below what a trained gate gives: a token that is there never vanishes. */
const least = 2 ** -20;
