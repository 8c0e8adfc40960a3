import { workerData } from 'node:worker_threads';
import type { KernelExports } from '../../../src/kernels/abi.ts';
import { Calls } from '../../../src/kernels/threads/calls.ts';

// A thread that takes a call and never comes back from it.
const never = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
new Calls(workerData.calls).serve({ gemm_f32: never } as unknown as KernelExports, 1);
