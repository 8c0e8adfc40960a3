import { readFileSync } from 'node:fs';
import type { KernelExports } from '../../../src/kernels/abi.ts';

export const builds = ['simd', 'scalar'] as const;
export type Build = (typeof builds)[number];

export function buildBytes(build: Build): Uint8Array<ArrayBuffer> {
  const name = build === 'simd' ? 'chelated-kernels' : 'chelated-kernels-scalar';
  return new Uint8Array(readFileSync(new URL(`../../../assets/${name}.wasm`, import.meta.url)));
}

/** A fresh instance of a build, its exports bare. */
export function rawExports(build: Build): KernelExports {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(buildBytes(build)));
  return exports as unknown as KernelExports;
}
