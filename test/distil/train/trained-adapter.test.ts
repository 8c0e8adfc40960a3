import { describe, expect, test } from 'bun:test';
import { readAdapter } from '../../../src/adapter/read-adapter.ts';
import { writeAdapter } from '../../../src/adapter/write-adapter.ts';
import { distil } from '../../../src/distil/distil.ts';
import type { DistilOptions } from '../../../src/distil/distil-options.ts';
import { trainedKinds } from '../../../src/distil/train/network.ts';
import { ChelatedError } from '../../../src/errors.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { toy } from '../toy.ts';

const kernels = await loadKernels();
const { student, ids, texts, T } = await toy(kernels, 300);
const base = { documents: { ids, texts }, student, teacherVectors: T, kernels, force: true } satisfies DistilOptions;

describe('distil with a kind that gradients train', () => {
  for (const adapter of trainedKinds) {
    test(`${adapter}: is judged, refitted on all documents for the epochs that were best, and is a file`, async () => {
      const { parts, card } = await distil({ ...base, adapter });
      const { epochs, steps, heldOutLoss } = card.fit as Record<string, number>;
      expect(card).toMatchObject({ kind: adapter, needs: 'vector', documents: 300, dIn: 16, dOut: 24 });
      expect(card.gate).toMatchObject({ heldOut: 60 });
      expect(steps).toBe(epochs! * 3);
      expect(heldOutLoss).toBeGreaterThan(0);
      const read = await readAdapter(await writeAdapter(parts, card));
      expect(read.parts).toEqual(parts);
    });
  }

  test('gives the same bytes for the same seed, and others for another', async () => {
    const file = async (seed: number) => {
      const { parts, card } = await distil({ ...base, adapter: 'mlp', space: 'student', seed });
      return writeAdapter(parts, card);
    };
    const [a, b, c] = [await file(1), await file(1), await file(2)];
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  test('learns without a teacher towards the push, and with one in hybrid mode', async () => {
    const { teacherVectors: _, ...alone } = base;
    const baseline = await distil({ ...alone, mode: 'baseline', adapter: 'mlp' });
    expect(baseline.card).toMatchObject({ mode: 'baseline', teacher: null, dOut: 16 });
    const hybrid = await distil({ ...base, mode: 'hybrid', alpha: 0.5, adapter: 'mlp' });
    expect(hybrid.card).toMatchObject({ mode: 'hybrid', alpha: 0.5, dOut: 24 });
  });

  test('a learned projection is the teacher’s map of the adapter, of the same shape and not the alignment’s', async () => {
    const run = (learnProjection: boolean) => distil({ ...base, adapter: 'mlp', space: 'student', learnProjection });
    const [plain, learned] = [await run(false), await run(true)];
    const [before, after] = [plain.parts.teacher!, learned.parts.teacher!];
    expect(after.mean).toEqual(before.mean);
    expect([after.map!.rows, after.map!.dims]).toEqual([24, 16]);
    expect(after.map!.data).not.toEqual(before.map!.data);
    expect(learned.card.fit).toMatchObject({ projection: 'learned' });
  });

  test('refuses a projection to be learned where nothing could learn it', async () => {
    const wrong: Partial<DistilOptions>[] = [
      { adapter: 'affine', space: 'student' },
      { adapter: 'mlp', space: 'teacher' },
      { adapter: 'mlp', space: 'student', mode: 'hybrid', alpha: 0.5 },
    ];
    for (const options of wrong) {
      const error = await distil({ ...base, ...options, learnProjection: true }).catch((e: unknown) => e);
      expect((error as ChelatedError).code).toBe('invalid_input');
      expect(error).toBeInstanceOf(ChelatedError);
    }
  });
});
