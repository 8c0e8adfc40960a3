import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readCheckpoint, writeCheckpoint } from '../../../src/distil/train/checkpoint.ts';
import type { Parameters } from '../../../src/distil/train/network.ts';
import { train } from '../../../src/distil/train/train.ts';
import type { TrainOptions, TrainProgress } from '../../../src/distil/train/train-options.ts';
import { ChelatedError } from '../../../src/errors.ts';
import { referenceKernels } from '../../../src/kernels/reference/reference-kernels.ts';
import { type Matrix, matrix } from '../../../src/matrix.ts';
import { random } from '../../../src/random.ts';
import { sampleRun, unitMatrix } from './sample-run.ts';

async function refusal(action: () => Promise<unknown>): Promise<string> {
  const error = await action().then(
    () => null,
    (e: unknown) => e,
  );
  return error instanceof ChelatedError ? error.code : String(error);
}

const numbersOf = (parameters: Parameters) => Object.values(parameters).map(({ data }) => data);

/** Runs to the end and keeps what was reported. */
async function watched(n: number, given: Partial<TrainOptions> = {}) {
  const progress: TrainProgress[] = [];
  const checkpoints: Uint8Array[] = [];
  const { data, options } = sampleRun(n, given);
  const trained = await train(data, {
    ...options,
    onProgress: (p) => progress.push(p),
    onCheckpoint: (c) => {
      checkpoints.push(c);
    },
  });
  return { data, options, trained, progress, checkpoints };
}

describe('train', () => {
  test('learns: held-out loss falls well below that of the untrained adapter', async () => {
    const { data, options } = sampleRun(300, { epochs: 15 });
    const before = await train(data, { ...options, epochs: 0 });
    const after = await train(data, options);
    expect(before.bestEpoch).toBe(0);
    expect(after.heldOutLoss!).toBeLessThan(before.heldOutLoss! / 3);
  });

  test('gives the same bytes for the same data, options and seed, and others for another seed', async () => {
    const [a, b, c] = [await watched(70), await watched(70), await watched(70, { seed: 1 })];
    expect(numbersOf(a.trained.parameters)).toEqual(numbersOf(b.trained.parameters));
    expect(a.checkpoints).toEqual(b.checkpoints);
    expect(numbersOf(a.trained.parameters)).not.toEqual(numbersOf(c.trained.parameters));
  });

  test('resumes from the checkpoint after any step to the bytes of an uninterrupted run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 20, max: 60 }),
        fc.nat(),
        fc.boolean(),
        async (seed, n, pick, judged) => {
          const heldOut = judged ? {} : { heldOut: new Uint32Array(0) };
          const whole = await watched(n, { seed, checkpointSteps: 1, patience: 2, ...heldOut });
          const at = pick % whole.checkpoints.length;
          const later: Uint8Array[] = [];
          const resumed = await train(whole.data, {
            ...whole.options,
            resume: whole.checkpoints[at]!,
            onCheckpoint: (c) => {
              later.push(c);
            },
          });
          expect(resumed).toEqual(whole.trained);
          expect(later).toEqual(whole.checkpoints.slice(at + 1));
        },
      ),
      { numRuns: 8 },
    );
  });

  test('keeps the weights of the epoch with the lowest held-out loss, and stops after `patience` without a lower one', async () => {
    // Nothing to learn: targets are noise, so held-out loss soon rises.
    const { trained, progress, options } = await watched(60, {
      epochs: 40,
      patience: 2,
      learningRate: 0.05,
      noise: 50,
    } as Partial<TrainOptions>);
    const losses = progress.flatMap(({ heldOutLoss }) => (heldOutLoss === null ? [] : [heldOutLoss]));
    expect(trained.stopped).toBe('held-out');
    expect(losses.length).toBe(trained.bestEpoch + 2);
    if (trained.bestEpoch > 0) expect(trained.heldOutLoss!).toBe(losses[trained.bestEpoch - 1]!);
    for (const loss of losses) expect(loss).toBeGreaterThanOrEqual(trained.heldOutLoss!);
    const again = await watched(60, { ...options, noise: 50, stopAfter: trained.bestEpoch } as Partial<TrainOptions>);
    expect(numbersOf(again.trained.parameters)).toEqual(numbersOf(trained.parameters));
  });

  test('sees every document that is not held out once an epoch, the short last batch included', async () => {
    const { progress, trained } = await watched(53, { batch: 10, epochs: 3, patience: 3 });
    const held = Math.floor(53 / 5);
    expect(trained.steps).toBe(3 * Math.ceil((53 - held) / 10));
    expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: trained.steps }, (_, i) => i + 1));
    expect(progress.filter(({ heldOutLoss }) => heldOutLoss !== null).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  test('a document that is held out leaves the steps as if it were absent', async () => {
    const { data, options } = sampleRun(30, { heldOut: Uint32Array.of(29), patience: 99 });
    const other = { ...data, X: { ...data.X, data: data.X.data.slice().fill(0, 29 * 8) } };
    const losses = async (d: typeof data) => {
      const seen: number[] = [];
      await train(d, { ...options, onProgress: ({ loss }) => seen.push(loss) });
      return seen;
    };
    expect(await losses(other)).toEqual(await losses(data));
  });

  test('a loss that is no longer finite stops the run and keeps the best', async () => {
    const { data, options } = sampleRun(60, {
      objective: { loss: 'mse', similarity: 0, alpha: 1, projectionSimilarity: 0 },
    });
    const huge = {
      ...data,
      base: matrix(
        60,
        8,
        data.base.data.map((v) => v * 1e30),
      ),
    };
    const trained = await train(huge, options);
    expect(trained.stopped).toBe('not_finite');
    expect(trained.bestEpoch).toBe(0);
    for (const values of numbersOf(trained.parameters)) expect(values.every(Number.isFinite)).toBe(true);
  });

  test('weight decay draws the map towards nothing', async () => {
    const size = async (weightDecay: number) => {
      const { trained } = await watched(60, { weightDecay, heldOut: new Uint32Array(0) });
      return Math.hypot(...numbersOf(trained.parameters).flatMap((values) => [...values]));
    };
    expect(await size(5)).toBeLessThan(0.9 * (await size(0)));
  });

  test('ends between two steps when the signal aborts, with its reason', async () => {
    const { data, options } = sampleRun(60);
    const stop = new AbortController();
    const steps: number[] = [];
    const run = train(data, {
      ...options,
      signal: stop.signal,
      onProgress: ({ step }) => {
        steps.push(step);
        if (step === 3) stop.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(steps).toEqual([1, 2, 3]);
  });

  test('a trained projection lowers the loss, and its own term keeps pairs as alike as the teacher has them', async () => {
    const numbers = random(3);
    const { data, options } = sampleRun(200);
    const map = Float64Array.from({ length: 8 * 11 }, () => numbers.normal());
    const teacher = unitMatrix(200, 11, (i, j) => {
      let sum = numbers.normal() * 0.1;
      for (let k = 0; k < 8; k++) sum += data.X.data[i * 8 + k]! * map[k * 11 + j]!;
      return sum;
    });
    const start = unitMatrix(11, 8, () => numbers.normal());
    const joint = { ...data, target: { teacher, pushed: null } };
    const run = (epochs: number, projectionSimilarity: number) => {
      const objective = { loss: 'cosine', similarity: 0, alpha: 1, projectionSimilarity } as const;
      const network = { ...options.network, dTeacher: 11 };
      return train(joint, { ...options, network, objective, projection: start, epochs, learningRate: 0.02 });
    };
    const [before, after, free] = [await run(0, 5), await run(20, 5), await run(20, 0)];
    expect(before.parameters.projection).toEqual(start);
    expect(after.heldOutLoss!).toBeLessThan(before.heldOutLoss! / 2);
    const off = ({ parameters }: typeof after) => pairError(teacher, parameters.projection!);
    expect(off(after)).toBeLessThan(off(free));
    expect(off(after)).toBeLessThan(off(before) / 2);
  });

  test('refuses data and options that do not fit, by name', async () => {
    const { data, options } = sampleRun(20);
    const bad = matrix(20, 8, data.X.data.with(3, Number.NaN));
    expect(await refusal(() => train({ ...data, X: bad }, options))).toBe('not_finite');
    expect(await refusal(() => train({ ...data, base: matrix(19, 8) }, options))).toBe('shape_mismatch');
    expect(await refusal(() => train({ ...data, target: { rows: matrix(20, 7) } }, options))).toBe('shape_mismatch');
    const network = { ...options.network, dTeacher: 5 };
    expect(await refusal(() => train(data, { ...options, network }))).toBe('shape_mismatch');
    const everything = Uint32Array.from({ length: 20 }, (_, i) => i);
    expect(await refusal(() => train(data, { ...options, heldOut: everything }))).toBe('too_few_documents');
    for (const wrong of [{ batch: 0 }, { epochs: 1.5 }, { learningRate: 0 }, { weightDecay: -1 }, { patience: 0 }]) {
      expect(await refusal(() => train(data, { ...options, ...wrong }))).toBe('invalid_input');
    }
  });
});

/** Mean over pairs of (cosine of the projected rows − cosine of the teacher's)². */
function pairError(teacher: Matrix, projection: Matrix): number {
  const reference = referenceKernels();
  const projected = reference.normalize(reference.gemm(teacher, projection));
  const pairs = (M: Matrix) => reference.gemm(M, M, { transposeB: true }).data;
  const [a, b] = [pairs(projected), pairs(teacher)];
  return a.reduce((sum, value, e) => sum + (value - b[e]!) ** 2, 0) / a.length;
}

describe('readCheckpoint', () => {
  test('reads what writeCheckpoint wrote, number for number', async () => {
    const { checkpoints, options } = await watched(40, { checkpointSteps: 1 });
    for (const checkpoint of checkpoints) {
      const run = runOf(checkpoint);
      expect(writeCheckpoint(readCheckpoint(checkpoint, options.network, run), run)).toEqual(checkpoint);
    }
  });

  test('refuses the checkpoint of another run, data, seed or file', async () => {
    const { data, options, checkpoints } = await watched(40);
    const resume = checkpoints[0]!;
    const others: [typeof data, Partial<TrainOptions>][] = [
      [data, { seed: 5 }],
      [data, { learningRate: 0.02 }],
      [data, { heldOut: Uint32Array.of(1) }],
      [{ ...data, X: { ...data.X, data: data.X.data.with(0, 0.25) } }, {}],
    ];
    for (const [d, o] of others) {
      expect(await refusal(() => train(d, { ...options, ...o, resume }))).toBe('invalid_input');
    }
    for (const length of [0, 7, 100, resume.length - 1]) {
      const code = await refusal(() => train(data, { ...options, resume: resume.slice(0, length) }));
      expect(['invalid_input', 'shape_mismatch']).toContain(code);
    }
  });
});

/** The run that a checkpoint says it is of. */
function runOf(checkpoint: Uint8Array): string {
  const length = new DataView(checkpoint.buffer, checkpoint.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(checkpoint.subarray(8, 8 + length)));
  return header.__metadata__.run;
}
