import { documentCollapse } from '../collapse/document-collapse.ts';
import { neighbours } from '../collapse/neighbours.ts';
import { pushTargets } from '../collapse/push-targets.ts';
import { config } from '../config.ts';
import type { HubnessCorrection, HubnessInput } from './correction.ts';

export interface PushSettings {
  /** Push magnitude η. */
  readonly eta: number;
}

/** The homeostatic push of every document away from the mean of its own neighbours. Queries stay where they are. */
export function pushEvery({ kernels, documents }: HubnessInput, { eta }: PushSettings): HubnessCorrection {
  const index = kernels.hold(documents);
  try {
    const all = Uint32Array.from({ length: documents.rows }, (_, i) => i);
    const around = neighbours(kernels, index, documents, all, config.collapse.neighbours);
    const pushed = kernels.homeostaticPush(documents, kernels.centroid(index, around), eta);
    return { documents: pushed, queries: (Q) => Q };
  } finally {
    index.free();
  }
}

/** The same of the documents alone that collapse events name, each away from what it collapsed with. */
export function pushCollapsed({ kernels, documents, seed }: HubnessInput, { eta }: PushSettings): HubnessCorrection {
  const { sets } = documentCollapse(kernels, documents, seed);
  const { minimumEvents } = config.collapse;
  const { H } = pushTargets(kernels, documents, sets, { eta, minimumEvents });
  return { documents: H, queries: (Q) => Q };
}
