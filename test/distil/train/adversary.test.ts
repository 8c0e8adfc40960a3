import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { writeAdapter } from '../../../src/adapter/write-adapter.ts';
import { distil } from '../../../src/distil/distil.ts';
import type { DistilOptions } from '../../../src/distil/distil-options.ts';
import { splitDocuments } from '../../../src/distil/split-documents.ts';
import { discriminatorNames } from '../../../src/distil/train/adversary.ts';
import { discriminatorAccuracy } from '../../../src/distil/train/discriminator-accuracy.ts';
import { graphNames } from '../../../src/distil/train/graph-names.ts';
import { initialParameters, type Network } from '../../../src/distil/train/network.ts';
import { guardsOf, type Objective } from '../../../src/distil/train/objective.ts';
import { train } from '../../../src/distil/train/train.ts';
import { defaultObjective } from '../../../src/distil/train/train-options.ts';
import { trainingGraph } from '../../../src/distil/train/training-graph.ts';
import type { ChelatedError } from '../../../src/errors.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { matrix } from '../../../src/matrix.ts';
import { toy } from '../toy.ts';
import { problem } from './problems.ts';
import { lossAndGradients, type Rows, rowsOf, type Values } from './reference.ts';
import { openGraph } from './run-graph.ts';
import { sampleRun } from './sample-run.ts';

const kernels = await loadKernels();

// The game once more, in f64 loops.

const layer = (Z: Rows, W: Rows, b: Rows | undefined): Rows =>
  rowsOf(
    Z.rows,
    W.dims,
    Array.from({ length: Z.rows * W.dims }, (_, e) => {
      const [i, j] = [Math.floor(e / W.dims), e % W.dims];
      let sum = b?.data[j] ?? 0;
      for (let k = 0; k < Z.dims; k++) sum += Z.data[i * Z.dims + k]! * W.data[k * W.dims + j]!;
      return sum;
    }),
  );
const positive = (Z: Rows) =>
  rowsOf(
    Z.rows,
    Z.dims,
    Z.data.map((z) => Math.max(z, 0)),
  );

function unit(Z: Rows): Rows {
  const lengths = Array.from({ length: Z.rows }, (_, i) =>
    Math.hypot(...Z.data.subarray(i * Z.dims, (i + 1) * Z.dims)),
  );
  return rowsOf(
    Z.rows,
    Z.dims,
    Z.data.map((z, e) => z / (lengths[Math.floor(e / Z.dims)]! || 1)),
  );
}

/** What the discriminator is wrong by, and the share that it has right. */
function game({ kind }: Network, p: Values, batch: Values): { loss: number; accuracy: number } {
  const into = layer(batch.x!, p.into!, p.intoBias);
  const f = layer(kind === 'mlp' ? positive(into) : into, p.out!, p.outBias);
  const corrected = unit(
    rowsOf(
      f.rows,
      f.dims,
      f.data.map((v, e) => v + batch.base!.data[e]!),
    ),
  );
  const decide = (Z: Rows) => layer(positive(layer(Z, p.judge!, p.judgeBias)), p.decide!, p.decideBias).data;
  const [taught, passing] = [decide(batch.target!), decide(corrected)];
  let [loss, accuracy] = [0, 0];
  batch.weight!.data.forEach((weight, i) => {
    loss += (weight / 2) * (Math.log1p(Math.exp(-taught[i]!)) + Math.log1p(Math.exp(passing[i]!)));
    accuracy += (weight / 2) * (Number(taught[i]! > 0) + Number(passing[i]! < 0));
  });
  return { loss, accuracy };
}

/** No batch meets these. */
const out = { clip: 1e30, accuracy: { least: -1, most: 2 } };

const anyGame = fc
  .record({
    seed: fc.nat(),
    kind: fc.constantFrom('mlp' as const, 'lowrank' as const),
    loss: fc.constantFrom('cosine' as const, 'mse' as const),
    similarity: fc.constantFrom(0, 1.5),
    adversarial: fc.constantFrom(0.01, 0.3, 1),
    guards: fc.constantFrom({}, { clip: 0.05 }, out),
    batch: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ seed, kind, loss, similarity, adversarial, guards, batch }) => {
    const network: Network = { kind, dIn: 4, hidden: 3, dOut: 5, dTeacher: null, discriminator: 3 };
    const objective: Objective = { loss, similarity, alpha: 1, projectionSimilarity: 0, adversarial, guards };
    return problem(network, objective, batch, seed);
  });

describe('the discriminator in a training graph', () => {
  test('each player’s gradients are finite differences of what it wants, the adapter’s reversed, clipped together', async () => {
    await fc.assert(
      fc.asyncProperty(anyGame, async ({ network, objective, parameters, batch }) => {
        const graph = await openGraph(network, objective, batch.x!.rows, 'gradients');
        const outputs = await graph.run({ ...parameters, ...batch });
        await graph.dispose();
        const { accuracy } = game(network, parameters, batch);
        const { clip, accuracy: inPlay } = guardsOf(objective);
        const { least, most } = inPlay;
        const strength = accuracy > least && accuracy < most ? objective.adversarial! : 0;
        const isDiscriminator = (name: string) => (discriminatorNames as readonly string[]).includes(name);
        const wanted = (name: string) => (p: Values) =>
          isDiscriminator(name)
            ? game(network, p, batch).loss
            : lossAndGradients(network, objective, p, batch).loss - strength * game(network, p, batch).loss;
        for (const side of [true, false]) {
          const names = Object.keys(parameters).filter((name) => isDiscriminator(name) === side);
          const expected = names.map((name) => finiteDifferences(wanted(name), parameters, name));
          const length = Math.hypot(...expected.flatMap(({ slopes }) => slopes));
          const scale = Math.min(1, clip / length);
          names.forEach((name, i) => {
            const { slopes, bends } = expected[i]!;
            outputs[graphNames.gradient(name)]!.data.forEach((got, e) => {
              // A relu that turns within ±h has no derivative there.
              expect(Math.abs(got - scale * slopes[e]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(got)) + bends);
            });
          });
        }
      }),
      { numRuns: 10 },
    );
  });

  test('a game that is won or lost leaves the adapter the gradient of its own loss', async () => {
    const network: Network = { kind: 'mlp', dIn: 4, hidden: 3, dOut: 5, dTeacher: null, discriminator: 3 };
    const objective: Objective = { loss: 'cosine', similarity: 0, alpha: 1, projectionSimilarity: 0, adversarial: 1 };
    const { parameters, batch } = problem(network, objective, 6, 2);
    // The first number of a row is positive where it is taught, negative where it is corrected; the discriminator sees no other.
    const axis = (sign: number) =>
      rowsOf(
        6,
        5,
        Array.from({ length: 30 }, (_, e) => (e % 5 === 0 ? sign : 0)),
      );
    const still = Object.fromEntries(
      Object.entries(parameters).map(([name, { rows, dims }]) => [name, rowsOf(rows, dims)]),
    );
    for (const sign of [1, -1]) {
      const judge = rowsOf(
        5,
        3,
        Array.from({ length: 15 }, (_, e) => (e === 0 ? 1 : e === 1 ? -1 : 0)),
      );
      const decide = rowsOf(3, 1, [sign, -sign, 0]);
      const fixed = { ...still, into: parameters.into!, out: rowsOf(3, 5), judge, decide };
      const feeds = {
        ...fixed,
        ...batch,
        target: axis(1),
        base: rowsOf(
          6,
          5,
          axis(-1).data.map((v, e) => (e % 5 === 1 ? 1 : v)),
        ),
      };
      const run = async (of: Objective, to: Network) => {
        const graph = await openGraph(to, of, 6, 'gradients');
        const outputs = await graph.run(
          Object.fromEntries(
            Object.entries(feeds).filter(([name]) => to.discriminator || !discriminatorNames.includes(name as 'judge')),
          ),
        );
        await graph.dispose();
        return outputs[graphNames.gradient('outBias')]!.data;
      };
      const { discriminator: _, ...alone } = network;
      const { adversarial: __, ...plain } = objective;
      expect(await run(objective, network)).toEqual(await run(plain, alone));
      expect(await run({ ...objective, guards: { accuracy: out.accuracy } }, network)).not.toEqual(
        await run(plain, alone),
      );
    }
  });

  test('a weight of 0 gives the graphs that no weight gives', () => {
    const network: Network = { kind: 'mlp', dIn: 4, hidden: 3, dOut: 5, dTeacher: null };
    for (const gives of ['step', 'gradients', 'loss'] as const) {
      const of = (objective: Objective) => trainingGraph({ network, objective, batch: 4, gives });
      expect(of({ ...defaultObjective, adversarial: 0 })).toEqual(of(defaultObjective));
    }
  });

  test('begins where a run without it begins', () => {
    const network: Network = { kind: 'mlp', dIn: 4, hidden: 3, dOut: 5, dTeacher: null };
    expect(initialParameters({ ...network, discriminator: 3 }, 1, null)).toMatchObject(
      initialParameters(network, 1, null),
    );
  });
});

describe('train with a discriminator', () => {
  const discriminator = 8;
  const run = (adversarial: number, more: Partial<Parameters<typeof sampleRun>[1]> = {}) => {
    const { data, options } = sampleRun(100, more);
    const network = { ...options.network, ...(adversarial > 0 && { discriminator }) };
    return train(data, { ...options, network, objective: { ...options.objective, adversarial } });
  };

  test('resumes from a checkpoint to the bytes of an uninterrupted run', async () => {
    const checkpoints: Uint8Array[] = [];
    const whole = await run(0.5, { onCheckpoint: (bytes) => void checkpoints.push(bytes) });
    const resumed = await run(0.5, { resume: checkpoints[1]! });
    expect(resumed.parameters).toEqual(whole.parameters);
  });

  test('refuses weights and networks that do not go together', async () => {
    const { data, options } = sampleRun(40);
    const attempt = (objective: Partial<Objective>, network: Partial<Network>) =>
      train(data, {
        ...options,
        objective: { ...options.objective, ...objective },
        network: { ...options.network, ...network },
      }).catch((error: unknown) => error);
    for (const [objective, network] of [
      [{ adversarial: 0.1 }, {}],
      [{}, { discriminator }],
      [{ adversarial: 2 }, { discriminator }],
      [{ adversarial: Number.NaN }, { discriminator }],
      [{ adversarial: 0.1, loss: 'contrastive' }, { discriminator }],
    ] as const) {
      expect(await attempt(objective, network)).toMatchObject({ code: 'invalid_input' });
    }
    expect(await attempt({ adversarial: 2, guards: { mostWeight: 2 } }, { discriminator })).toHaveProperty('bestEpoch');
  });
});

describe('discriminatorAccuracy', () => {
  test('is the share of both sides that are called what they are', () => {
    const X = matrix(4, 2, Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0));
    const taught = matrix(4, 2, Float32Array.of(0, 1, 0, 1, 0, 1, 1, 0));
    const p = {
      into: matrix(2, 1),
      out: matrix(1, 2),
      judge: matrix(2, 2, Float32Array.of(1, 0, 0, 1)),
      judgeBias: matrix(1, 2),
      decide: matrix(2, 1, Float32Array.of(-1, 1)),
      decideBias: matrix(1, 1),
    };
    // It calls (0, 1) taught and (1, 0) corrected: wrong for the last taught row alone.
    expect(discriminatorAccuracy(kernels, p, { X, base: X, taught })).toBe(7 / 8);
  });
});

describe('distil with an adversarial weight', () => {
  test('0 is the same file as none; more is another, which says so', async () => {
    const { student, ids, texts, T } = await toy(kernels, 160);
    const base = {
      documents: { ids, texts },
      student,
      teacherVectors: T,
      kernels,
      force: true,
    } satisfies DistilOptions;
    const file = async (more: Partial<DistilOptions>) => {
      const { parts, card } = await distil({ ...base, adapter: 'mlp', ...more });
      return { bytes: await writeAdapter(parts, card), fit: card.fit };
    };
    const [none, zero, some] = [await file({}), await file({ adversarial: 0 }), await file({ adversarial: 0.1 })];
    expect(zero.bytes).toEqual(none.bytes);
    expect(some.bytes).not.toEqual(none.bytes);
    expect(some.fit.adversarial).toBe(0.1);
    // Of the documents held out, which are few enough for the share to tell.
    const judged = splitDocuments(splitDocuments(ids.length, 0).heldIn.length, 0).heldOut.length;
    const right = (some.fit.discriminatorAccuracy as number) * 2 * judged;
    expect(right).toBeCloseTo(Math.round(right), 9);
    for (const more of [{ adapter: 'lexical' }, { adversarial: 2 }, { adversarial: -1 }] as const) {
      const error = await file({ adversarial: 0.1, ...more }).catch((e: unknown) => e);
      expect((error as ChelatedError).code).toBe('invalid_input');
    }
  });
});

function finiteDifferences(of: (p: Values) => number, parameters: Values, name: string) {
  const value = parameters[name]!;
  const h = 1e-6;
  let bends = 0;
  const slopes = Array.from(value.data, (number, e) => {
    const at = (shift: number) => of({ ...parameters, [name]: { ...value, data: value.data.with(e, number + shift) } });
    bends = Math.max(bends, Math.abs(at(h) + at(-h) - 2 * at(0)) / h);
    return (at(h) - at(-h)) / (2 * h);
  });
  return { slopes, bends };
}
