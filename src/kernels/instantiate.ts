import { ChelatedError } from '../errors.ts';
import { readAsset } from './read-asset.ts';

/** A compiled module (workerd, bundlers), its bytes, or where it lies. */
export type ModuleSource = WebAssembly.Module | Uint8Array<ArrayBuffer> | ArrayBuffer | URL;

/**
 * Exports of a new instance, and the module it is one of. `locate` may throw where there is no `import.meta.url`.
 *
 * @throws {ChelatedError} wasm_unavailable
 */
export async function instantiate(
  locate: () => ModuleSource,
  name: string,
  imports: WebAssembly.Imports = {},
): Promise<{ exports: WebAssembly.Exports; module: WebAssembly.Module }> {
  let what = 'the module given';
  try {
    const from: object = locate();
    if (from instanceof URL) what = from.href;
    const module =
      from instanceof WebAssembly.Module
        ? from
        : await WebAssembly.compile(from instanceof URL ? await readAsset(from) : (from as ArrayBuffer));
    return { exports: (await WebAssembly.instantiate(module, imports)).exports, module };
  } catch (cause) {
    const message = `cannot load ${name} from ${what}; run "npm run build:kernels", or pass a WebAssembly.Module`;
    throw new ChelatedError('wasm_unavailable', message, { cause });
  }
}
