import { config } from '../config.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import { meanRow } from './mean-row.ts';
import { splitDocuments } from './split-documents.ts';

/** Where a domain lies among a student's vectors, and how far from there its own documents reach. */
export interface Domain {
  readonly centroid: Float32Array; // (d), unit length
  /** 1 − cosine, above which a text is none of this domain. */
  readonly reach: number;
}

/**
 * The centroid of a domain's example documents. Its reach is the distance that `config.distil.domainReach` of the examples
 * stay within that were kept out of the centroid: a fifth of them, by the seed. With too few for that, all of them tell.
 *
 * Shape   examples (n, d), unit rows, n ≥ 1
 */
export function learnDomain(kernels: Kernels, examples: Matrix, seed: number): Domain {
  const { heldIn, heldOut } = splitDocuments(examples.rows, seed);
  const mean = matrix(1, examples.dims, Float32Array.from(meanRow(pickRows(examples, heldIn))));
  const centroid = row(kernels.normalize(mean), 0);
  const judging = heldOut.length > 0 ? heldOut : heldIn;
  const distances = Array.from(judging, (i) => distance(row(examples, i), centroid)).sort((a, b) => a - b);
  return { centroid, reach: distances[Math.ceil(config.distil.domainReach * distances.length) - 1]! };
}

/**
 * The domain of each text: the one whose centroid is nearest, of those whose reach it is within; −1 for a text that is far
 * from all of them.
 *
 * Shape   X (n, d), unit rows → n numbers
 */
export function nearestDomain(X: Matrix, domains: readonly Domain[]): Int32Array {
  return Int32Array.from({ length: X.rows }, (_, i) => {
    let [nearest, least] = [-1, Infinity];
    for (const [at, { centroid, reach }] of domains.entries()) {
      const far = distance(row(X, i), centroid);
      if (far <= reach && far < least) [nearest, least] = [at, far];
    }
    return nearest;
  });
}

function distance(x: Float32Array, y: Float32Array): number {
  let dot = 0;
  for (let j = 0; j < x.length; j++) dot += x[j]! * y[j]!;
  return 1 - dot;
}
