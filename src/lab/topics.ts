import { rowSets } from '../collapse/row-sets.ts';
import { config } from '../config.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { random } from '../random.ts';

export interface Topics {
  /** The topic of each row. */
  readonly topicOf: Uint32Array; // (n)
  readonly centroids: Matrix; // (k, d), unit length; that of a topic without rows is zero
  /** Sum of the rows' cosines to their centroids after each round: it never falls. */
  readonly objective: readonly number[];
}

/**
 * Topics of documents by spherical k-means: each row is of the topic whose centroid is nearest, each centroid the direction
 * of its rows' mean. Begins with rows drawn by the seed, and ends where no row changes its topic, or after
 * `config.topics.iterations`.
 *
 * Shape   X (n, d), unit rows, n ≥ 1 → min(count, n) topics
 * Source  Dhillon & Modha 2001
 */
export function findTopics(kernels: Kernels, X: Matrix, seed: number, count: number = config.topics.count): Topics {
  const drawn = random(seed)
    .shuffle(Array.from({ length: X.rows }, (_, i) => i))
    .slice(0, count);
  let centroids = pickRows(X, drawn);
  let { indices: topicOf, scores } = kernels.topK(centroids, X, 1);
  const objective = [sum(scores)];
  for (let i = 1; i < config.topics.iterations; i++) {
    const before = topicOf;
    centroids = kernels.normalize(kernels.centroid(X, rowSets(rowsOfTopics(topicOf, centroids.rows), X.rows)));
    ({ indices: topicOf, scores } = kernels.topK(centroids, X, 1));
    objective.push(sum(scores));
    if (topicOf.every((topic, row) => topic === before[row])) break;
  }
  return { topicOf, centroids, objective };
}

/** The rows of each topic, ascending. */
export function rowsOfTopics(topicOf: Uint32Array, count: number): number[][] {
  const rows: number[][] = Array.from({ length: count }, () => []);
  for (const [row, topic] of topicOf.entries()) rows[topic]!.push(row);
  return rows;
}

const sum = (of: Float32Array) => of.reduce((all, value) => all + value, 0);
