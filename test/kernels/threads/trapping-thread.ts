import { workerData } from 'node:worker_threads';
import type { KernelExports } from '../../../src/kernels/abi.ts';
import { Calls } from '../../../src/kernels/threads/calls.ts';

// A thread in which every call traps.
const trap = () => {
  throw new WebAssembly.RuntimeError('unreachable');
};
new Calls(workerData.calls).serve({ gemm_f32: trap } as unknown as KernelExports, 1);
