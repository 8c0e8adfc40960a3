import type { KernelExports } from '../abi.ts';
import { Calls } from './calls.ts';
import { hasNodeThreads, type ThreadParts } from './start-thread.ts';

// The other threads of a crew: the same module on the same memory.

async function given(): Promise<ThreadParts> {
  if (hasNodeThreads) return process.getBuiltinModule('worker_threads').workerData;
  return new Promise((resolve) => {
    addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
}

const { module, memory, calls, lane } = await given();
const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
new Calls(calls).serve(exports as unknown as KernelExports, lane);
