import { readFileSync } from 'node:fs';
import type { KernelExports } from '../../../src/kernels/abi.ts';

/** Builds that need nothing; the third imports the memory that its threads share. */
export const builds = ['simd', 'scalar'] as const;
export const allBuilds = [...builds, 'threads'] as const;
export type Build = (typeof allBuilds)[number];

const files: Record<Build, string> = {
  simd: 'chelated-kernels',
  scalar: 'chelated-kernels-scalar',
  threads: 'chelated-kernels-threads',
};

export function buildBytes(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../../assets/${files[build]}.wasm`, import.meta.url)));
}

/** A fresh instance of a build, its exports bare. */
export function rawExports(build: Build): KernelExports {
  const module = new WebAssembly.Module(buildBytes(build));
  const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const { exports } = new WebAssembly.Instance(module, build === 'threads' ? { env: { memory: memory() } } : {});
  return exports as unknown as KernelExports;
}
