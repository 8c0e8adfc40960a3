import type { Kernels } from '../kernels/kernels.ts';
import { loadKernels } from '../kernels/load.ts';
import type { Progress } from './progress.ts';

/** Runs with kernels that use all cores for large calls: for commands that compute for long, then end. */
export async function withBatchKernels<T>(display: Progress, run: (kernels: Kernels) => Promise<T>): Promise<T> {
  const kernels = await loadKernels({
    threads: 'cores',
    onFallback: (why) => display.note(`chelated: fallback: ${why}`),
  });
  try {
    return await run(kernels);
  } finally {
    kernels.close();
  }
}
