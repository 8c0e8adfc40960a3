import { config } from '../config.ts';
import { groupPairs, type JudgedPair, type JudgedPairs } from '../evaluate/judged-pairs.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, row } from '../matrix.ts';
import { bestBy, pairScore } from './pair-score.ts';

/** M: a vector moves straight, and is not normalised. N: it stays of unit length. */
export const nudgeKinds = ['nudge-m', 'nudge-n'] as const;
export type NudgeKind = (typeof nudgeKinds)[number];

/**
 * Moves each document towards the sum of the queries that it is relevant to, at most by γ. No model: only documents with a
 * judged query move, and nothing is learned of any other.
 *
 *   M   d + γ·g                                  g the direction of that sum
 *   N   the unit vector nearest to g within ‖d′ − d‖ ≤ γ
 *
 * Shape   D (n, d) unit rows · Q (m, d) unit rows
 * Unit    rows of M that moved are NOT of unit length: search by inner product
 * Source  Zeighami, Wellmer & Parameswaran 2024, arXiv 2409.02343, theorems 1 and 2
 */
export function nudge(D: Matrix, Q: Matrix, pairs: readonly JudgedPair[], kind: NudgeKind, gamma: number): Matrix {
  const moved = matrix(D.rows, D.dims, D.data.slice());
  for (const [document, queries] of groupPairs(pairs, 'document')) {
    const g = direction(Q, queries);
    if (g) move(row(moved, document), g, kind, gamma);
  }
  return moved;
}

/**
 * NUDGE with the γ that serves the train queries kept out best; γ = 0 is among those tried. The authors solve for the γ of
 * the best accuracy exactly; this tries `config.labelled.nudges` by nDCG@10.
 *
 * Shape   D (n, d) · Q (m, d) unit rows → documents (n, d): of unit length for N, to be searched by inner product for M
 * @example
 * import { loadKernels, matrix } from 'chelated';
 * const kernels = await loadKernels();
 * const D = matrix(2, 2, new Float32Array([1, 0, 0.6, 0.8]));
 * const Q = matrix(2, 2, new Float32Array([0, 1, 0.1, Math.sqrt(0.99)]));
 * const pairs = { fitted: [{ query: 0, document: 0 }], heldOut: [{ query: 1, document: 0 }] };
 * const { documents, gamma } = fitNudge(kernels, D, Q, pairs, 'nudge-n');
 * gamma > 0; // => true
 * kernels.topK(D, Q, 1).indices[1]; // => 1
 * kernels.topK(documents, Q, 1).indices[1]; // => 0
 */
export function fitNudge(kernels: Kernels, D: Matrix, Q: Matrix, pairs: JudgedPairs, kind: NudgeKind) {
  const best = bestBy(config.labelled.nudges, (gamma) =>
    pairScore(kernels, nudge(D, Q, pairs.fitted, kind, gamma), Q, pairs.heldOut),
  );
  return { documents: nudge(D, Q, pairs.fitted, kind, best.setting), gamma: best.setting, score: best.score };
}

function direction(Q: Matrix, queries: readonly number[]): Float64Array | null {
  const sum = new Float64Array(Q.dims);
  for (const query of queries) row(Q, query).forEach((x, j) => void (sum[j]! += x));
  const length = Math.hypot(...sum);
  return length > 0 ? sum.map((x) => x / length) : null;
}

function move(d: Float32Array, g: Float64Array, kind: NudgeKind, gamma: number): void {
  if (kind === 'nudge-m') {
    for (let j = 0; j < d.length; j++) d[j]! += gamma * g[j]!;
    return;
  }
  const along = d.reduce((sum, x, j) => sum + x * g[j]!, 0);
  // A chord of γ spans an angle of cosine 1 − γ²/2.
  const cosine = Math.max(-1, 1 - gamma ** 2 / 2);
  if (along >= cosine) {
    d.set(g);
    return;
  }
  const across = g.map((x, j) => x - along * d[j]!);
  const length = Math.hypot(...across);
  if (length < 1e-9) return; // g = −d: every way round is as long
  const sine = Math.sqrt(1 - cosine ** 2);
  for (let j = 0; j < d.length; j++) d[j] = cosine * d[j]! + (sine * across[j]!) / length;
}
