import type { KernelExports } from './abi.ts';
import { Arena, type ArenaOptions } from './arena.ts';
import { Chunks } from './chunks.ts';
import { centroidF32, contextDotsF32, embeddingBagF32 } from './gather.ts';
import { Held } from './held.ts';
import type { Kernels } from './kernels.ts';
import { axpyF32, dotF32, gemmF32, gemvF32 } from './products.ts';
import { blendF32, homeostaticPushF32, normalizeF32 } from './rows.ts';
import { drain, sparseRidgeStepsF32 } from './sparse-ridge.ts';
import { Strips } from './strips.ts';
import { topKF32 } from './top-k.ts';
import { HeldTransformer } from './transformer.ts';

export interface WasmKernelsOptions extends ArenaOptions {
  readonly fallback?: string | undefined;
}

/** The kernels of one instance of the module, with their own memory. */
export function wasmKernels(exports: KernelExports, { fallback, ...options }: WasmKernelsOptions = {}): Kernels {
  const arena = new Arena(exports, options);
  return {
    name: exports.has_simd() === 1 ? 'simd' : 'scalar',
    ...(fallback === undefined ? {} : { fallback }),
    hold: (X) => new Held(arena, X),
    holdMap: (M) => new Strips(arena, M),
    holdTransformer: (first) => new HeldTransformer(arena, first),
    growing: (dims) => new Chunks(arena, dims),
    normalize: (X) => normalizeF32(arena, X),
    homeostaticPush: (X, C, eta) => homeostaticPushF32(arena, X, C, eta),
    blend: (H, T, alpha, onVanished) => blendF32(arena, H, T, alpha, onVanished),
    centroid: (X, sets) => centroidF32(arena, X, sets),
    dot: (x, y) => dotF32(arena, x, y),
    axpy: (a, x, y) => axpyF32(arena, a, x, y),
    gemv: (A, x) => gemvF32(arena, A, x),
    gemm: (A, B, options) => gemmF32(arena, A, B, options),
    embeddingBag: (table, S) => embeddingBagF32(arena, table, S),
    contextDots: (context, tokens, S) => contextDotsF32(arena, context, tokens, S),
    topK: (index, Q, k) => topKF32(arena, index, Q, k),
    sparseRidge: (S, Y, options) => drain(sparseRidgeStepsF32(arena, S, Y, options)),
    sparseRidgeSteps: (S, Y, options) => sparseRidgeStepsF32(arena, S, Y, options),
  };
}
