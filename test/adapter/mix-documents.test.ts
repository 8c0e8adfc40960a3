import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { mixDocuments } from '../../src/adapter/mix-documents.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const unit = (seed: number) => kernels.normalize(normals(20, 12, seed));
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const seeds = fc.integer({ min: 1, max: 1e6 });

describe('mixDocuments', () => {
  test('is as near to the corrected vectors as to the teacher’s, and nearer than they are to each other', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [corrected, aligned] = [unit(seed), unit(seed + 1)];
        const mixed = mixDocuments(kernels, corrected, aligned);
        for (let i = 0; i < 20; i++) {
          const [own, taught] = [dot(row(mixed, i), row(corrected, i)), dot(row(mixed, i), row(aligned, i))];
          expect(Math.hypot(...row(mixed, i))).toBeCloseTo(1, 5);
          expect(own).toBeCloseTo(taught, 4);
          expect(own).toBeGreaterThan(dot(row(corrected, i), row(aligned, i)));
        }
      }),
      { numRuns: 20 },
    );
  });

  test('keeps the corrected vector where the teacher has none', () => {
    const corrected = unit(1);
    const mixed = mixDocuments(kernels, corrected, matrix(20, 12));
    for (const [e, x] of corrected.data.entries()) expect(mixed.data[e]).toBeCloseTo(x, 5);
  });
});
