import { ChelatedError } from '../errors.ts';
import { abi, abiVersion, type KernelExports } from './abi.ts';
import type { Kernels } from './kernels.ts';
import { readAsset } from './read-asset.ts';
import { selfCheck } from './self-check.ts';
import { wasmKernels } from './wasm-kernels.ts';

/** A compiled module (workerd, bundlers), its bytes, where it lies, or the name of a build that comes with the package. */
export type KernelSource = WebAssembly.Module | Uint8Array<ArrayBuffer> | ArrayBuffer | URL | 'simd' | 'scalar';

/** Where the builds lie, beside src/ and beside dist/. Asked for only when needed: some bundles have no `import.meta.url`. */
const assets = {
  simd: () => new URL('../../assets/chelated-kernels.wasm', import.meta.url),
  scalar: () => new URL('../../assets/chelated-kernels-scalar.wasm', import.meta.url),
};

/** The smallest module that uses a SIMD instruction: a function that returns i32 and drops a v128. */
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
  const exports = await instantiate(source ?? (simd ? 'simd' : 'scalar'));
  checkAbi(exports);
  const kernels = wasmKernels(exports, fallback);
  selfCheck(kernels);
  return kernels;
}

async function instantiate(source: KernelSource): Promise<KernelExports> {
  let what = 'the module given';
  try {
    const from: object = isBuild(source) ? assets[source]() : source;
    if (from instanceof WebAssembly.Module) {
      return (await WebAssembly.instantiate(from)).exports as unknown as KernelExports;
    }
    if (from instanceof URL) what = from.href;
    const bytes = from instanceof URL ? await readAsset(from) : (from as ArrayBuffer);
    return (await WebAssembly.instantiate(bytes)).instance.exports as unknown as KernelExports;
  } catch (cause) {
    const message = `cannot load the kernels from ${what}; run "npm run build:kernels", or pass a WebAssembly.Module`;
    throw new ChelatedError('wasm_unavailable', message, { cause });
  }
}

function isBuild(source: KernelSource): source is 'simd' | 'scalar' {
  return source === 'simd' || source === 'scalar';
}

function checkAbi(exports: KernelExports): void {
  const missing = Object.keys(abi).filter((name) => typeof exports[name as keyof typeof abi] !== 'function');
  if (missing.length > 0) {
    throw new ChelatedError('wasm_unavailable', `not a kernel module: it lacks ${missing.join(', ')}`);
  }
  const version = exports.abi_version();
  if (version !== abiVersion) {
    const message = `kernel ABI ${version}, expected ${abiVersion}; use the module that came with this version`;
    throw new ChelatedError('wasm_unavailable', message);
  }
}
