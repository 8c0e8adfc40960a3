import { ChelatedError } from '../errors.ts';
import { abi, abiVersion, type KernelExports } from './abi.ts';
import { instantiate, type ModuleSource } from './instantiate.ts';

/** A compiled module (workerd, bundlers), its bytes, where it lies, or the name of a build that comes with the package. */
export type KernelSource = ModuleSource | 'simd' | 'scalar';

export interface KernelModule {
  readonly exports: KernelExports;
  readonly module: WebAssembly.Module;
}

/** Where the builds lie, beside src/ and beside dist/. Asked for only when needed: some bundles have no `import.meta.url`. */
const assets = {
  simd: () => new URL('../../assets/chelated-kernels.wasm', import.meta.url),
  scalar: () => new URL('../../assets/chelated-kernels-scalar.wasm', import.meta.url),
  threads: () => new URL('../../assets/chelated-kernels-threads.wasm', import.meta.url),
};

/**
 * A new instance of the module, its exports bare. Only the build for threads imports something: the memory that they share.
 *
 * @throws {ChelatedError} wasm_unavailable: no module there, not a kernel module, or another ABI version
 */
export async function loadModule(source: KernelSource | 'threads', memory?: WebAssembly.Memory): Promise<KernelModule> {
  const locate = () => (isBuild(source) ? assets[source]() : source);
  const instance = await instantiate(locate, 'the kernels', memory && { env: { memory } });
  const exports = instance.exports as unknown as KernelExports;
  const missing = Object.keys(abi).filter((name) => typeof exports[name as keyof typeof abi] !== 'function');
  if (missing.length > 0) {
    throw new ChelatedError('wasm_unavailable', `not a kernel module: it lacks ${missing.join(', ')}`);
  }
  const version = exports.abi_version();
  if (version !== abiVersion) {
    const message = `kernel ABI ${version}, expected ${abiVersion}; use the module that came with this version`;
    throw new ChelatedError('wasm_unavailable', message);
  }
  return { exports, module: instance.module };
}

function isBuild(source: KernelSource | 'threads'): source is keyof typeof assets {
  return typeof source === 'string';
}
