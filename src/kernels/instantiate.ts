import { ChelatedError } from '../errors.ts';
import { readAsset } from './read-asset.ts';

/** A compiled module (workerd, bundlers), its bytes, or where it lies. */
export type ModuleSource = WebAssembly.Module | Uint8Array<ArrayBuffer> | ArrayBuffer | URL;

/**
 * Exports of a new instance. `locate` may throw where there is no `import.meta.url`.
 *
 * @throws {ChelatedError} wasm_unavailable
 */
export async function instantiate(locate: () => ModuleSource, name: string): Promise<WebAssembly.Exports> {
  let what = 'the module given';
  try {
    const from: object = locate();
    if (from instanceof WebAssembly.Module) return (await WebAssembly.instantiate(from)).exports;
    if (from instanceof URL) what = from.href;
    const bytes = from instanceof URL ? await readAsset(from) : (from as ArrayBuffer);
    return (await WebAssembly.instantiate(bytes)).instance.exports;
  } catch (cause) {
    const message = `cannot load ${name} from ${what}; run "npm run build:kernels", or pass a WebAssembly.Module`;
    throw new ChelatedError('wasm_unavailable', message, { cause });
  }
}
