import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { loadKernels } from '../../src/kernels/load.ts';
import { findTopics, rowsOfTopics } from '../../src/lab/topics.ts';
import { type Matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, j) => sum + value * y[j]!, 0);

/** Unit rows around a few directions, or around none; some rows are alike, some zero. */
const documents = fc
  .record({
    seed: fc.nat(),
    n: fc.integer({ min: 1, max: 80 }),
    dims: fc.integer({ min: 1, max: 12 }),
    pull: fc.constantFrom(0, 3),
  })
  .map(({ seed, n, dims, pull }): Matrix => {
    const X = normals(n, dims, seed);
    for (let i = 0; i < n; i++) row(X, i)[i % Math.min(dims, 4)]! += pull;
    if (n > 5) row(X, 5).set(row(X, 4));
    if (n > 7) row(X, 7).fill(0);
    return kernels.normalize(X);
  });

describe('findTopics', () => {
  test('each row is of the nearest centroid, and each centroid the direction of its rows', () => {
    fc.assert(
      fc.property(documents, fc.nat(), fc.integer({ min: 1, max: 9 }), (X, seed, count) => {
        const { topicOf, centroids } = findTopics(kernels, X, seed, count);
        expect(centroids.rows).toBe(Math.min(count, X.rows));
        for (let i = 0; i < X.rows; i++) {
          const cosines = Array.from({ length: centroids.rows }, (_, k) => dot(row(X, i), row(centroids, k)));
          expect(cosines[topicOf[i]!]).toBeCloseTo(Math.max(...cosines), 5);
        }
        for (const [k, rows] of rowsOfTopics(topicOf, centroids.rows).entries()) {
          const mean = new Float32Array(X.dims);
          for (const i of rows) for (let j = 0; j < X.dims; j++) mean[j]! += row(X, i)[j]!;
          expect(dot(mean, row(centroids, k))).toBeCloseTo(Math.sqrt(dot(mean, mean)), 4);
        }
      }),
    );
  });

  test('the objective never falls, and is the sum of the cosines', () => {
    fc.assert(
      fc.property(documents, fc.nat(), fc.integer({ min: 1, max: 9 }), (X, seed, count) => {
        const { topicOf, centroids, objective } = findTopics(kernels, X, seed, count);
        for (let i = 1; i < objective.length; i++)
          expect(objective[i]!).toBeGreaterThanOrEqual(objective[i - 1]! - 1e-4);
        const cosines = Array.from(topicOf, (topic, i) => dot(row(X, i), row(centroids, topic)));
        expect(objective.at(-1)!).toBeCloseTo(
          cosines.reduce((a, b) => a + b, 0),
          4,
        );
      }),
    );
  });

  test('the same seed gives the same topics, and directions that lie apart are found', () => {
    const X = normals(120, 8, 3);
    for (let i = 0; i < X.rows; i++) row(X, i)[i % 2]! += 20;
    const unit = kernels.normalize(X);
    const { topicOf } = findTopics(kernels, unit, 1, 2);
    expect(topicOf).toEqual(findTopics(kernels, unit, 1, 2).topicOf);
    expect(topicOf.every((topic, i) => topic === topicOf[i % 2])).toBe(true);
    expect(topicOf[0]).not.toBe(topicOf[1]!);
  });
});
