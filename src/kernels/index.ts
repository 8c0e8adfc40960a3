// chelated/kernels: the WebAssembly kernels alone.
export type { GrowingRows, Int8Rows, Kernels, Resident, ResidentMap, SparseRows, TopK } from './kernels.ts';
export { type KernelSource, loadKernels, type ThreadedKernels, type ThreadedSource } from './load.ts';
export { referenceKernels } from './reference/reference-kernels.ts';
