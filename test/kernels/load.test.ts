import { afterEach, describe, expect, spyOn, test } from 'bun:test';
import { loadKernels } from '../../src/kernels/load.ts';
import { buildBytes, builds } from './contract/builds.ts';

const unavailable = expect.objectContaining({ code: 'wasm_unavailable' });

describe('loadKernels', () => {
  let restore = () => {};
  afterEach(() => restore());

  test('takes the SIMD build by itself, and says nothing of a fallback', async () => {
    const kernels = await loadKernels();
    expect([kernels.name, kernels.fallback]).toEqual(['simd', undefined]);
  });

  test('takes bytes, a module, a URL or the name of a build', async () => {
    for (const build of builds) {
      const bytes = buildBytes(build);
      const url = new URL(`data:application/wasm;base64,${Buffer.from(bytes).toString('base64')}`);
      for (const source of [bytes, bytes.buffer, new WebAssembly.Module(bytes), url, build]) {
        expect((await loadKernels(source)).name).toBe(build);
      }
    }
  });

  test('falls back to the scalar build where the host has no SIMD, and says so', async () => {
    const spy = spyOn(WebAssembly, 'validate').mockImplementation(() => false);
    restore = () => spy.mockRestore();
    const kernels = await loadKernels();
    expect(kernels.name).toBe('scalar');
    expect(kernels.fallback).toContain('no WebAssembly SIMD');
  });

  test('throws wasm_unavailable for what is not a module', async () => {
    expect(loadKernels(new Uint8Array([1, 2, 3]))).rejects.toEqual(unavailable);
    expect(loadKernels(new URL('file:///nowhere/kernels.wasm'))).rejects.toEqual(unavailable);
    expect(loadKernels(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))).rejects.toEqual(unavailable); // an empty module
  });

  test('throws wasm_unavailable for another ABI version', async () => {
    const instantiate = WebAssembly.instantiate.bind(WebAssembly);
    const spy = spyOn(WebAssembly, 'instantiate').mockImplementation((async (module: WebAssembly.Module) => {
      const { exports } = await instantiate(module);
      return { exports: { ...exports, abi_version: () => 99 } };
    }) as never);
    restore = () => spy.mockRestore();
    expect(loadKernels(new WebAssembly.Module(buildBytes('simd')))).rejects.toThrow('ABI 99, expected 1');
  });

  test('throws wasm_unavailable naming a kernel that answers wrongly', async () => {
    const instantiate = WebAssembly.instantiate.bind(WebAssembly);
    for (const [name, title] of [
      ['normalize_f32', 'normalize'],
      ['blend_f32', 'blend'],
      ['gemm_f32', 'gemm'],
      ['gemv_t_f32', 'gemm of one row'],
      ['centroid_i8', 'centroid of int8 rows'],
      ['top_k_finish', 'topK'],
      ['xpby_columns_f32', 'sparseRidge'],
    ] as const) {
      const spy = spyOn(WebAssembly, 'instantiate').mockImplementation((async (module: WebAssembly.Module) => {
        const { exports } = await instantiate(module);
        return { exports: { ...exports, [name]: () => 0 } };
      }) as never);
      restore = () => spy.mockRestore();
      const error = await loadKernels(new WebAssembly.Module(buildBytes('simd'))).catch((e: Error) => e);
      expect(error).toEqual(unavailable);
      expect((error as Error).message).toContain(`kernel ${title} is wrong`);
      restore();
    }
  });
});
