import { Calls } from '../../src/kernels/threads/calls.ts';
import { type ThreadParts, threadStarter } from '../../src/kernels/threads/start-thread.ts';
import {
  type ThreadedKernels,
  type ThreadedSeams,
  type ThreadedSource,
  threadedKernels,
} from '../../src/kernels/threads/threaded-kernels.ts';
import { matrix } from '../../src/matrix.ts';

/** Threaded kernels that share out the smallest call, once all their threads are there. */
export async function sharingKernels(source: ThreadedSource, seams: ThreadedSeams = {}): Promise<ThreadedKernels> {
  const start = seams.start ?? threadStarter();
  const started: ThreadParts[] = [];
  const kernels = await threadedKernels(source, {
    leastWork: 0,
    ...seams,
    start: (parts, onFailure) => {
      started.push(parts);
      return start(parts, onFailure);
    },
  });
  if (typeof kernels === 'string') throw new Error(kernels);
  kernels.gemm(matrix(1, 1), matrix(1, 1), { transposeB: true });
  const calls = new Calls(started[0]!.calls);
  while (calls.ready < started.length) await new Promise((resolve) => setTimeout(resolve, 5));
  return kernels;
}
