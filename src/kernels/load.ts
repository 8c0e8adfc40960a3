import type { Kernels } from './kernels.ts';
import { type KernelSource, loadModule } from './load-module.ts';
import { selfCheck } from './self-check.ts';
import { wasmKernels } from './wasm-kernels.ts';

export type { KernelSource } from './load-module.ts';

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
 * @throws {ChelatedError} wasm_unavailable: no module, another ABI version, or a kernel that fails its known vector
 * @example
 * const kernels = await loadKernels();
 * kernels.dot(new Float32Array([1, 2]), new Float32Array([3, 4])); // => 11
 */
export async function loadKernels(source?: KernelSource): Promise<Kernels> {
  const simd = source !== undefined || WebAssembly.validate(simdProbe);
  const fallback = simd ? undefined : 'this host has no WebAssembly SIMD: the scalar build, several times slower';
  const kernels = wasmKernels(await loadModule(source ?? (simd ? 'simd' : 'scalar')), fallback);
  selfCheck(kernels);
  return kernels;
}
