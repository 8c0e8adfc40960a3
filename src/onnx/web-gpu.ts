import { isNodeLike } from './node-like.ts';

/**
 * WebGPU as this runtime has it: its own, or on Node and Bun that of the package `webgpu`, where it is installed and may be
 * loaded (it is native code, and talks on stderr where there is no driver).
 */
export async function webGpu(mayLoad: boolean): Promise<GPU | undefined> {
  const own = typeof navigator === 'undefined' ? undefined : navigator.gpu;
  if (own || !mayLoad || !isNodeLike()) return own;
  // Named by a value, so that no bundler looks for a package that may not be there.
  const name = 'webgpu';
  const found = (await import(name).catch(() => undefined)) as WebGpuPackage | undefined;
  if (!found) return undefined;
  Object.assign(globalThis, found.globals);
  if (typeof navigator === 'undefined')
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  // onnxruntime looks for it there; it also keeps the instance, which must outlive its devices.
  Object.defineProperty(navigator, 'gpu', { value: found.create([]), configurable: true });
  return navigator.gpu;
}

interface WebGpuPackage {
  readonly globals: object;
  create(options: readonly string[]): GPU;
}
