import { config } from '../config.ts';
import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { random } from '../random.ts';
import { collapseDetector, collapsedSets } from './detector.ts';
import { neighbours } from './neighbours.ts';
import { type NoiseSets, noiseSets } from './noise-sets.ts';
import { spread } from './spread.ts';

export interface DocumentCollapse {
  readonly sets: NoiseSets;
  readonly threshold: number;
  readonly queries: number;
  readonly collapsed: number;
}

/** Queries a step: bounds the memory of the search. */
const blockQueries = 256;

/**
 * Collapse events when there are no queries yet: the documents are the queries, each without itself among its neighbours.
 *
 * The threshold comes from at most `calibrationDocuments` sampled documents, the events from at most `maximumQueries`, so
 * time stays linear in documents.
 *
 * Shape   X (n, d) unit rows
 */
export function documentCollapse(
  kernels: Kernels,
  X: Matrix,
  seed: number,
  onProgress?: (share: number) => void,
): DocumentCollapse {
  const { calibrationDocuments, maximumQueries, neighbours: k, percentile, noiseSets: K } = config.collapse;
  const order = random(seed).shuffle(Array.from({ length: X.rows }, (_, i) => i));
  const queries = order.slice(0, maximumQueries);
  const spreads = new Float64Array(queries.length);
  const blocks: SparseRows[] = [];
  const index = kernels.hold(X);
  try {
    for (let from = 0; from < queries.length; from += blockQueries) {
      const sets = neighbours(kernels, index, X, queries.slice(from, from + blockQueries), k);
      spreads.set(spread(kernels, index, sets), from);
      blocks.push(sets);
      onProgress?.(Math.min(1, (from + blockQueries) / queries.length));
    }
  } finally {
    index.free();
  }
  const detector = collapseDetector(spreads.subarray(0, calibrationDocuments), percentile);
  const events = blocks.flatMap((sets, i) => collapsedSets(detector, sets, spreads.subarray(i * blockQueries)));
  return {
    sets: noiseSets(X.rows, events, K),
    threshold: detector.threshold,
    queries: queries.length,
    collapsed: events.length,
  };
}
