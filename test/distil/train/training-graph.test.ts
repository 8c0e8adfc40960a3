import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { adamScalars } from '../../../src/distil/train/adam.ts';
import { graphNames } from '../../../src/distil/train/graph-names.ts';
import type { TrainedKind } from '../../../src/distil/train/network.ts';
import type { Objective } from '../../../src/distil/train/objective.ts';
import { anyProblem, problem } from './problems.ts';
import { type AdamState, adamStep, lossAndGradients, type Rows, rowsOf, type Values } from './reference.ts';
import { largestDifference, openGraph } from './run-graph.ts';

/** PyTorch's cosine normalises the targets, which are unit rows within the rounding of f32; the f64 twin trusts them. */
const unitRounding = 1e-7;

type Nested = Record<string, number[][]>;

interface Golden {
  readonly magic: string;
  readonly version: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly cases: readonly (Objective & {
    readonly kind: TrainedKind;
    readonly projection: boolean;
    readonly batch: Nested;
    readonly parameters: Nested;
    readonly lossBefore: number;
    readonly gradients: Nested;
    readonly after: Nested;
  })[];
}

const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Golden;

function values(nested: Nested): Record<string, Rows> {
  return Object.fromEntries(
    Object.entries(nested).map(([name, rows]) => [name, rowsOf(rows.length, rows[0]!.length, rows.flat())]),
  );
}

const zeros = (like: Values) =>
  Object.fromEntries(Object.entries(like).map(([name, { rows, dims }]) => [name, rowsOf(rows, dims)]));

const prefixed = (like: Values, name: (parameter: string) => string) =>
  Object.fromEntries(Object.entries(like).map(([parameter, rows]) => [name(parameter), rows]));

/** A golden case as both sides take it. */
function goldenProblem({ kind, projection, batch, parameters, ...objective }: Golden['cases'][number]) {
  const [p, b] = [values(parameters), values(batch)];
  const n = b.x!.rows;
  const weight = rowsOf(n, 1, new Array(n).fill(1 / n));
  const network = {
    kind,
    dIn: b.x!.dims,
    hidden: p.into!.dims,
    dOut: b.base!.dims,
    dTeacher: projection ? b.teacher!.dims : null,
  };
  const full: Values = { ...b, weight };
  return { network, objective, parameters: p, batch: full };
}

describe('trainingGraph', () => {
  test('the golden file is the one expected', () => {
    expect([golden.magic, golden.version]).toEqual(['chelated training golden', 1]);
  });

  for (const [i, one] of golden.cases.entries()) {
    const { network, objective, parameters, batch } = goldenProblem(one);
    const title = `${one.kind}, ${one.loss}, similarity ${one.similarity}${one.projection ? `, projection, alpha ${one.alpha}` : ''}`;

    test(`golden ${i} (${title}): loss and gradients within 1e-6 of PyTorch in f64`, async () => {
      const graph = await openGraph(network, objective, batch.x!.rows, 'gradients');
      const outputs = await graph.run({ ...parameters, ...batch });
      const twin = lossAndGradients(network, objective, parameters, batch);
      expect(Math.abs(outputs.loss!.data[0]! - one.lossBefore)).toBeLessThan(1e-6);
      expect(Math.abs(twin.loss - one.lossBefore)).toBeLessThan(unitRounding);
      for (const [name, gradient] of Object.entries(values(one.gradients))) {
        expect(largestDifference(outputs[graphNames.gradient(name)]!, gradient)).toBeLessThan(1e-6);
        expect(largestDifference(twin.gradients[name]!, gradient)).toBeLessThan(unitRounding);
      }
      await graph.dispose();
    });

    test(`golden ${i} (${title}): parameters after ${golden.steps} steps within 1e-5 of PyTorch in f64`, async () => {
      const { learningRate, weightDecay } = golden;
      const graph = await openGraph(network, objective, batch.x!.rows, 'step');
      let state: AdamState = { parameters, means: zeros(parameters), variances: zeros(parameters) };
      let twin = state;
      for (let t = 1; t <= golden.steps; t++) {
        const moments = {
          ...prefixed(state.means, graphNames.mean),
          ...prefixed(state.variances, graphNames.variance),
        };
        const scalars = { ...adamScalars(t, learningRate, weightDecay) };
        const outputs = await graph.run({ ...state.parameters, ...moments, ...batch }, scalars);
        const take = (named: (name: string) => string) =>
          Object.fromEntries(Object.keys(parameters).map((name) => [name, outputs[graphNames.next(named(name))]!]));
        state = {
          parameters: take((name) => name),
          means: take(graphNames.mean),
          variances: take(graphNames.variance),
        };
        const { gradients } = lossAndGradients(network, objective, twin.parameters, batch);
        twin = adamStep(twin, gradients, t, learningRate, weightDecay);
      }
      for (const [name, after] of Object.entries(values(one.after))) {
        expect(largestDifference(state.parameters[name]!, after)).toBeLessThan(1e-5);
        expect(largestDifference(twin.parameters[name]!, after)).toBeLessThan(50 * unitRounding);
      }
      await graph.dispose();
    });
  }

  test('agrees with its f64 twin for any widths, kind and objective', async () => {
    await fc.assert(
      fc.asyncProperty(anyProblem, async ({ network, objective, parameters, batch }) => {
        const graph = await openGraph(network, objective, batch.x!.rows, 'gradients');
        const outputs = await graph.run({ ...parameters, ...batch });
        const twin = lossAndGradients(network, objective, parameters, batch);
        expect(Math.abs(outputs.loss!.data[0]! - twin.loss)).toBeLessThan(1e-5 * Math.max(1, twin.loss));
        for (const [name, gradient] of Object.entries(twin.gradients)) {
          const scale = Math.max(1, ...gradient.data.map(Math.abs));
          expect(largestDifference(outputs[graphNames.gradient(name)]!, gradient)).toBeLessThan(1e-4 * scale);
        }
        await graph.dispose();
      }),
      { numRuns: 40 },
    );
  });

  test('padding with rows of weight 0 changes neither loss nor gradients', async () => {
    await fc.assert(
      fc.asyncProperty(anyProblem, fc.integer({ min: 1, max: 5 }), async (one, padding) => {
        const { network, objective, parameters, batch } = one;
        const n = batch.x!.rows;
        const padded = Object.fromEntries(
          Object.entries(batch).map(([name, { dims, data }]) => {
            const longer = new Float64Array((n + padding) * dims);
            longer.set(data);
            return [name, rowsOf(n + padding, dims, longer)];
          }),
        );
        const [short, long] = await Promise.all([
          openGraph(network, objective, n, 'gradients'),
          openGraph(network, objective, n + padding, 'gradients'),
        ]);
        const [expected, got] = [
          await short.run({ ...parameters, ...batch }),
          await long.run({ ...parameters, ...padded }),
        ];
        for (const [name, value] of Object.entries(expected)) {
          const scale = Math.max(1, ...value.data.map(Math.abs));
          expect(largestDifference(got[name]!, value)).toBeLessThan(2e-6 * scale);
        }
        await Promise.all([short.dispose(), long.dispose()]);
      }),
      { numRuns: 15 },
    );
  });

  test('gives finite gradients where base and target are zero rows', async () => {
    const network = { kind: 'mlp', dIn: 3, hidden: 2, dOut: 3, dTeacher: null } as const;
    const objective = { loss: 'cosine', similarity: 1, alpha: 1, projectionSimilarity: 0 } as const;
    const { parameters, batch } = problem(network, objective, 4, 1);
    const graph = await openGraph(network, objective, 4, 'gradients');
    const nothing = { ...batch, x: rowsOf(4, 3), base: rowsOf(4, 3), target: rowsOf(4, 3) };
    const outputs = await graph.run({ ...zeros(parameters), ...nothing });
    for (const { data } of Object.values(outputs)) expect(data.every(Number.isFinite)).toBe(true);
    await graph.dispose();
  });
});

describe('lossAndGradients (the f64 twin)', () => {
  test('has the gradients that finite differences have', () => {
    fc.assert(
      fc.property(anyProblem, ({ network, objective, parameters, batch }) => {
        const { gradients } = lossAndGradients(network, objective, parameters, batch);
        for (const [name, value] of Object.entries(parameters)) {
          for (let e = 0; e < value.data.length; e++) {
            const at = (shift: number) => {
              const data = value.data.with(e, value.data[e]! + shift);
              return lossAndGradients(network, objective, { ...parameters, [name]: { ...value, data } }, batch).loss;
            };
            const h = 1e-6;
            const difference = (at(h) - at(-h)) / (2 * h);
            const gradient = gradients[name]!.data[e]!;
            // A relu or a near-zero row that turns within ±h has no derivative there; the f64 rounding is 1e-10.
            const bend = Math.abs(at(h) + at(-h) - 2 * at(0)) / h;
            expect(Math.abs(difference - gradient)).toBeLessThan(1e-6 * Math.max(1, Math.abs(gradient)) + bend);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
