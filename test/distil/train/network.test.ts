import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { kernelsAdapter } from '../../../src/adapter/kernels-adapter.ts';
import { defaultHidden, fitTrained } from '../../../src/distil/train/fit-trained.ts';
import { initialParameters, parameterShapes, trainedKinds } from '../../../src/distil/train/network.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { row } from '../../../src/matrix.ts';
import { random } from '../../../src/random.ts';
import { sampleCard } from '../../adapter/samples.ts';
import { unitMatrix } from './sample-run.ts';

const kernels = await loadKernels();

describe('initialParameters', () => {
  test('the untrained adapter leaves vectors (cosine ≥ .99999) and their ranking as they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom(...trainedKinds),
        fc.constantFrom(4, 33, 256, 384),
        async (seed, kind, d) => {
          const network = { kind, dIn: d, hidden: defaultHidden(kind, d), dOut: d, dTeacher: null };
          const { into, intoBias, out, outBias } = initialParameters(network, seed, null);
          const hidden = { into: into!, bias: intoBias?.data ?? null, out: out! };
          const parts = { map: null, bias: outBias?.data ?? null, tokens: null, hidden, teacher: null };
          const card = sampleCard({ kind, needs: 'vector', dIn: d, dOut: d });
          const adapter = kernelsAdapter({ parts, card }, { kernels });
          const numbers = random(seed);
          const X = unitMatrix(30, d, () => numbers.normal());
          const Y = await adapter.correct({ vectors: X });
          for (let i = 0; i < X.rows; i++) expect(kernels.dot(row(X, i), row(Y, i))).toBeGreaterThanOrEqual(0.99999);
          const best = (M: typeof X) => kernels.topK(M, M, 1).indices;
          expect(best(Y)).toEqual(best(X));
          await adapter.dispose();
        },
      ),
      { numRuns: 25 },
    );
  });

  test('is the same for the same seed, another for another, and has the shapes that are named', () => {
    for (const kind of trainedKinds) {
      const network = { kind, dIn: 6, hidden: 3, dOut: 5, dTeacher: 7 };
      const one = initialParameters(network, 1, null);
      expect(initialParameters(network, 1, null)).toEqual(one);
      expect(initialParameters(network, 2, null)).not.toEqual(one);
      expect(Object.entries(one).map(([name, { rows, dims }]) => [name, rows, dims])).toEqual(parameterShapes(network));
    }
  });
});

describe('fitTrained', () => {
  const numbers = random(4);
  const X = unitMatrix(120, 10, () => numbers.normal());
  const map = Float64Array.from({ length: 10 * 12 }, () => numbers.normal());
  const Y = unitMatrix(120, 12, (i, j) => {
    let sum = 0;
    for (let k = 0; k < 10; k++) sum += X.data[i * 10 + k]! * map[k * 12 + j]! + 0.3 * Math.abs(X.data[i * 10 + k]!);
    return sum;
  });
  const data = { X, Y, teacher: null };
  const common = { space: 'teacher', ridge: 1e-3, intercept: true, seed: 0 } as const;

  for (const kind of trainedKinds) {
    test(`${kind}: untrained it is the ridge map; trained, nearer to the targets, by the formula of its parts`, async () => {
      const run = (epochs: number) => fitTrained(kernels, data, { ...common, kind, epochs, learningRate: 0.01 });
      const cosine = async ({ parts }: Awaited<ReturnType<typeof run>>) => {
        const card = sampleCard({ kind, needs: 'vector', dIn: 10, dOut: 12 });
        const adapter = kernelsAdapter({ parts, card }, { kernels });
        const Z = await adapter.correct({ vectors: X });
        await adapter.dispose();
        return Array.from({ length: 120 }, (_, i) => kernels.dot(row(Z, i), row(Y, i))).reduce((a, b) => a + b) / 120;
      };
      const [before, after] = [await run(0), await run(40)];
      expect(before.parts.map).toEqual(after.parts.map);
      expect(await cosine(after)).toBeGreaterThan(await cosine(before));
    });
  }

  test('in the student’s space nothing stands before the residual', async () => {
    const square = { ...data, Y: X };
    const { parts } = await fitTrained(kernels, square, { ...common, kind: 'mlp', space: 'student', epochs: 0 });
    expect(parts.map).toBeNull();
    expect(parts.bias!.every((b) => b === 0)).toBe(true);
  });

  test('takes targets of any length for their direction', async () => {
    const square = { ...data, Y: X };
    const longer = { ...data, Y: { ...X, data: X.data.map((y) => y * 4) } };
    const run = (d: typeof data) => fitTrained(kernels, d, { ...common, kind: 'mlp', space: 'student', epochs: 2 });
    expect((await run(longer)).trained.parameters).toEqual((await run(square)).trained.parameters);
  });
});
