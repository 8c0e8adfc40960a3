import { ChelatedError } from '../errors.ts';
import { abi, abiVersion, type KernelExports } from './abi.ts';
import { instantiate, type ModuleSource } from './instantiate.ts';

/** A compiled module (workerd, bundlers), its bytes, where it lies, or the name of a build that comes with the package. */
export type KernelSource = ModuleSource | 'simd' | 'scalar';

/** Where the builds lie, beside src/ and beside dist/. Asked for only when needed: some bundles have no `import.meta.url`. */
const assets = {
  simd: () => new URL('../../assets/chelated-kernels.wasm', import.meta.url),
  scalar: () => new URL('../../assets/chelated-kernels-scalar.wasm', import.meta.url),
};

/**
 * A new instance of the module, its exports bare.
 *
 * @throws {ChelatedError} wasm_unavailable: no module there, not a kernel module, or another ABI version
 */
export async function loadModule(source: KernelSource): Promise<KernelExports> {
  const locate = () => (isBuild(source) ? assets[source]() : source);
  const exports = (await instantiate(locate, 'the kernels')) as unknown as KernelExports;
  const missing = Object.keys(abi).filter((name) => typeof exports[name as keyof typeof abi] !== 'function');
  if (missing.length > 0) {
    throw new ChelatedError('wasm_unavailable', `not a kernel module: it lacks ${missing.join(', ')}`);
  }
  const version = exports.abi_version();
  if (version !== abiVersion) {
    const message = `kernel ABI ${version}, expected ${abiVersion}; use the module that came with this version`;
    throw new ChelatedError('wasm_unavailable', message);
  }
  return exports;
}

function isBuild(source: KernelSource): source is 'simd' | 'scalar' {
  return source === 'simd' || source === 'scalar';
}
