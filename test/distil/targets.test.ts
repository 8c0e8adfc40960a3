import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { OutputSpace } from '../../src/adapter/card.ts';
import { documentCollapse } from '../../src/collapse/document-collapse.ts';
import { config } from '../../src/config.ts';
import { applyAffine, ridgeEquations } from '../../src/distil/fit-ridge.ts';
import { meanRow } from '../../src/distil/mean-row.ts';
import { makeTargets, type TargetInput } from '../../src/distil/targets.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const spaces = fc.constantFrom<OutputSpace>('teacher', 'student');

function input(seed: number, space: OutputSpace, more: Partial<TargetInput> = {}): TargetInput {
  const X = kernels.normalize(normals(120, 6, seed));
  const T = kernels.normalize(normals(120, 9, seed + 1));
  return { X, T, mode: 'hybrid', alpha: 0.5, push: 0.1, space, seed, ...more };
}

describe('makeTargets', () => {
  test('hybrid with α = 0 is baseline, and with α = 1 offline, bit for bit', () => {
    fc.assert(
      fc.property(fc.nat(), spaces, (seed, space) => {
        const make = (more: Partial<TargetInput>) => makeTargets(kernels, input(seed, space, more));
        expect(make({ alpha: 0 })).toEqual(make({ mode: 'baseline' }));
        expect(make({ alpha: 0 })).toEqual(make({ mode: 'baseline', T: null }));
        expect(make({ alpha: 1 })).toEqual(make({ mode: 'offline' }));
      }),
      { numRuns: 25 },
    );
  });

  test('gives rows in the width of the output space, as long as the centred teacher vectors', () => {
    fc.assert(
      fc.property(fc.nat(), spaces, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (seed, space, alpha) => {
        const { Y } = makeTargets(kernels, input(seed, space, { alpha }));
        expect(Y.dims).toBe(space === 'teacher' ? 9 : 6);
        const { Y: offline } = makeTargets(kernels, input(seed, space, { mode: 'offline' }));
        const length = (X: typeof Y, i: number) => Math.hypot(...X.data.subarray(i * X.dims, (i + 1) * X.dims));
        for (let i = 0; i < Y.rows; i++) expect(length(Y, i)).toBeCloseTo(length(offline, i), 5);
      }),
      { numRuns: 25 },
    );
  });

  test('blends the teacher with the student where the targets live: its ridge map, or in its own space what is centred', () => {
    for (const [seed, space] of [
      [5, 'teacher'],
      [6, 'student'],
    ] as const) {
      const given = input(seed, space, { alpha: 0.3, push: 0 });
      const { Y: mapped } = makeTargets(kernels, { ...given, mode: 'offline' });
      const { X } = given;
      const ridge = () => ridgeEquations(kernels, X, mapped, false).solve(config.distil.priorLambda);
      const mean = meanRow(X);
      const own =
        space === 'teacher'
          ? applyAffine(kernels, X, ridge())
          : { ...X, data: X.data.map((x, e) => x - mean[e % X.dims]!) };
      const expected = kernels.blend(kernels.normalize(own), kernels.normalize(mapped), 0.3);
      const got = kernels.normalize(makeTargets(kernels, given).Y);
      got.data.forEach((value, e) => {
        expect(value).toBeCloseTo(expected.data[e]!, 5);
      });
    }
  });

  test('finds collapse by base vectors, wherever the targets live', () => {
    fc.assert(
      fc.property(fc.nat(), spaces, (seed, space) => {
        const given = input(seed, space);
        const { sets } = documentCollapse(kernels, given.X, seed);
        const enough = Array.from({ length: 120 }, (_, i) => sets.of(i).length >= config.collapse.minimumEvents);
        expect(makeTargets(kernels, given).pushed).toBe(enough.filter(Boolean).length);
      }),
      { numRuns: 25 },
    );
  });

  test('pushes documents that collapse, and none when η is 0', () => {
    const pushed = makeTargets(kernels, input(3, 'teacher', { mode: 'baseline' }));
    expect(pushed.pushed).toBeGreaterThan(0);
    const { X, ...rest } = input(3, 'teacher', { mode: 'baseline', push: 0 });
    expect(makeTargets(kernels, { X, ...rest }).Y.data).toEqual(X.data);
  });

  test('cuts the teacher to dims, and its map does the same', () => {
    const { Y, teacher } = makeTargets(kernels, input(4, 'teacher', { mode: 'offline', dims: 4 }));
    expect([Y.dims, teacher?.map?.rows, teacher?.map?.dims]).toEqual([4, 9, 4]);
  });
});
