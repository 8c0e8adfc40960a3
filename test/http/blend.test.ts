import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { DistilMode } from '../../src/adapter/card.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { distil } from '../../src/distil/distil.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createApp } from '../../src/http/create-app.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { random } from '../../src/random.ts';
import { normalMatrix } from '../adapter/samples.ts';
import { tinyDocuments, tinyStudent } from '../engine/tiny-student.ts';

const kernels = await loadKernels();

/** `/v1/correct` of a server whose adapter was distilled so. */
async function served(seed: number, space: 'teacher' | 'student', how: { mode: DistilMode; alpha: number }) {
  const student = await tinyStudent(kernels, seed);
  const documents = tinyDocuments(80, seed + 1);
  const teacherVectors = kernels.normalize(normalMatrix(random(seed + 2), documents.length, 14));
  const { parts, card } = await distil({
    documents: { ids: documents.map(({ id }) => id), texts: documents.map(({ text }) => text) },
    student,
    ...(how.mode !== 'baseline' && { teacherVectors }),
    kernels,
    adapter: 'affine',
    space: how.mode === 'baseline' ? 'student' : space,
    push: 0.2,
    force: true,
    ...how,
  });
  const engine = await Engine.open({ encoder: student, kernels });
  await engine.collection().adopt(await writeAdapter(parts, card));
  const app = createApp({ engine });
  const body = JSON.stringify({ texts: documents.slice(0, 5).map(({ text }) => text) });
  const headers = { 'content-type': 'application/json' };
  const { vectors } = await (await app.request('/v1/correct', { method: 'POST', headers, body })).json();
  await engine.close();
  student.dispose();
  return vectors as number[][];
}

describe('/v1/correct of distilled adapters', () => {
  const seed = fc.nat(1000);
  const space = fc.constantFrom('teacher' as const, 'student' as const);

  test('hybrid with α = 0 is baseline, number for number', async () => {
    await fc.assert(
      fc.asyncProperty(seed, space, async (seed, space) => {
        const hybrid = await served(seed, space, { mode: 'hybrid', alpha: 0 });
        expect(hybrid).toEqual(await served(seed, space, { mode: 'baseline', alpha: 0 }));
      }),
      { numRuns: 3 },
    );
  });

  test('hybrid with α = 1 is offline, number for number', async () => {
    await fc.assert(
      fc.asyncProperty(seed, space, async (seed, space) => {
        const hybrid = await served(seed, space, { mode: 'hybrid', alpha: 1 });
        expect(hybrid).toEqual(await served(seed, space, { mode: 'offline', alpha: 0 }));
      }),
      { numRuns: 3 },
    );
  });

  test('an α in between is neither, and of unit length', async () => {
    await fc.assert(
      fc.asyncProperty(seed, space, async (seed, space) => {
        const hybrid = await served(seed, space, { mode: 'hybrid', alpha: 0.5 });
        expect(hybrid).not.toEqual(await served(seed, space, { mode: 'offline', alpha: 1 }));
        for (const vector of hybrid) expect(Math.abs(Math.hypot(...vector) - 1)).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 3 },
    );
  });

  test('a small step in α is a small step of every vector', async () => {
    const from = fc.double({ min: 0.05, max: 0.94, noNaN: true });
    await fc.assert(
      fc.asyncProperty(seed, space, from, async (seed, space, alpha) => {
        const before = await served(seed, space, { mode: 'hybrid', alpha });
        const after = await served(seed, space, { mode: 'hybrid', alpha: alpha + 1e-5 });
        const steps = before.map((vector, i) => Math.hypot(...vector.map((x, d) => x - after[i]![d]!)));
        expect(Math.max(...steps)).toBeLessThan(1e-3);
      }),
      { numRuns: 3 },
    );
  });
});
