import type { Kernels } from './kernels.ts';
import { type KernelSource, loadModule } from './load-module.ts';
import { selfCheck } from './self-check.ts';
import { type ThreadedKernels, type ThreadedSource, threadedKernels } from './threads/threaded-kernels.ts';
import { wasmKernels } from './wasm-kernels.ts';

export type { KernelSource } from './load-module.ts';
export type { ThreadedKernels, ThreadedSource } from './threads/threaded-kernels.ts';

/** The smallest module that uses SIMD: i32.const 0, i8x16.splat, i8x16.popcnt. */
const simdProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/**
 * Loads the WebAssembly kernels: a new instance with its own memory, checked before it is handed out.
 *
 * Without an argument the SIMD build that comes with the package, or the scalar build where this host has no SIMD; `fallback`
 * then says so. Hosts that cannot compile bytes pass a module. Load once and share: calls are synchronous and keep nothing.
 *
 * With `{ threads }`, for batch work, large calls are shared out among threads, bit for bit the same results. Threads start at
 * the first such call. Where there can be none the kernels are the ones above, and `fallback` says why.
 *
 * @throws {ChelatedError} wasm_unavailable: no module, another ABI version, or a kernel that fails its known vector
 * @example
 * const kernels = await loadKernels();
 * kernels.dot(new Float32Array([1, 2]), new Float32Array([3, 4])); // => 11
 * const many = await loadKernels({ threads: 2 });
 * many.dot(new Float32Array([1, 2]), new Float32Array([3, 4])); // => 11
 */
export async function loadKernels(source: ThreadedSource): Promise<ThreadedKernels>;
export async function loadKernels(source?: KernelSource): Promise<Kernels>;
export async function loadKernels(source?: KernelSource | ThreadedSource): Promise<Kernels> {
  if (typeof source === 'object' && 'threads' in source) return loadThreaded(source);
  const simd = source !== undefined || WebAssembly.validate(simdProbe);
  const fallback = simd ? undefined : 'this host has no WebAssembly SIMD: the scalar build, several times slower';
  const { exports } = await loadModule(source ?? (simd ? 'simd' : 'scalar'));
  const kernels = wasmKernels(exports, { fallback });
  selfCheck(kernels);
  return kernels;
}

async function loadThreaded(source: ThreadedSource): Promise<ThreadedKernels> {
  const kernels = WebAssembly.validate(simdProbe) ? await threadedKernels(source) : 'no WebAssembly SIMD here';
  if (typeof kernels === 'string') {
    const alone = { ...(await loadKernels(source.alone)), threads: 1, close: () => {} };
    if (kernels === '') return alone;
    const fallback = `one thread: ${kernels}`;
    source.onFallback?.(fallback);
    return { ...alone, fallback };
  }
  selfCheck(kernels);
  return kernels;
}
