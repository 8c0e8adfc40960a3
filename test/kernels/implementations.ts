import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { sharingKernels } from './sharing-kernels.ts';

/** Everything that implements `Kernels`; every title below runs on each. */
export const implementations: readonly Kernels[] = [
  referenceKernels(),
  await loadKernels('simd'),
  await loadKernels('scalar'),
  await sharingKernels({ threads: 3 }),
];
