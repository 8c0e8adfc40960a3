import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { graphNames } from '../../../src/distil/train/graph-names.ts';
import { problem } from './problems.ts';
import { type Rows, rowsOf, type Values } from './reference.ts';
import { largestDifference, openGraph } from './run-graph.ts';

const objective = { loss: 'contrastive', temperature: 0.3, similarity: 0, alpha: 1, projectionSimilarity: 0 } as const;

/** A batch of queries with their documents, padded with `padding` rows of weight 0. */
function pairs(kind: 'mlp' | 'lowrank', seed: number, n: number, padding = 0) {
  const network = { kind, dIn: 4, hidden: 3, dOut: 5, dTeacher: null } as const;
  const { parameters, batch } = problem(network, { ...objective, loss: 'cosine' }, n, seed);
  const other = problem(network, { ...objective, loss: 'cosine' }, n, seed + 1).batch;
  const named = { x: batch.x!, base: batch.base!, weight: batch.weight!, pairedX: other.x!, pairedBase: other.base! };
  const pad = ({ dims, data }: Rows) => {
    const longer = new Float64Array((n + padding) * dims);
    longer.set(data);
    return rowsOf(n + padding, dims, longer);
  };
  const padded: Values = Object.fromEntries(Object.entries(named).map(([name, rows]) => [name, pad(rows)]));
  return { network, parameters, batch: padded };
}

/** The loss by its formula, in f64. */
function contrastInF64(parameters: Values, batch: Values, n: number): number {
  const apply = (x: Rows, base: Rows) =>
    Array.from({ length: n }, (_, i) => {
      const at = (of: Rows, r: number, c: number) => of.data[r * of.dims + c]!;
      const inner = Array.from({ length: 3 }, (_, h) => {
        let sum = parameters.intoBias ? at(parameters.intoBias, 0, h) : 0;
        for (let k = 0; k < x.dims; k++) sum += at(x, i, k) * at(parameters.into!, k, h);
        return parameters.intoBias ? Math.max(0, sum) : sum;
      });
      const y = Array.from({ length: base.dims }, (_, j) => {
        const bias = parameters.outBias ? at(parameters.outBias, 0, j) : 0;
        return at(base, i, j) + bias + inner.reduce((sum, v, h) => sum + v * at(parameters.out!, h, j), 0);
      });
      const length = Math.hypot(...y);
      return y.map((v) => v / length);
    });
  const [a, b] = [apply(batch.x!, batch.base!), apply(batch.pairedX!, batch.pairedBase!)];
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const logits = b.map((y) => a[i]!.reduce((sum, v, j) => sum + v * y[j]!, 0) / objective.temperature);
    loss += (Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0)) - logits[i]!) / n;
  }
  return loss;
}

describe('trainingGraph, contrastive', () => {
  const kindOf = fc.constantFrom('mlp' as const, 'lowrank' as const);

  test('has the loss of its formula, and the gradients that finite differences have', async () => {
    await fc.assert(
      fc.asyncProperty(kindOf, fc.nat(), fc.integer({ min: 1, max: 5 }), async (kind, seed, n) => {
        const { network, parameters, batch } = pairs(kind, seed, n);
        const graph = await openGraph(network, objective, n, 'gradients');
        const outputs = await graph.run({ ...parameters, ...batch });
        expect(outputs.loss!.data[0]!).toBeCloseTo(contrastInF64(parameters, batch, n), 4);
        for (const [name, value] of Object.entries(parameters)) {
          for (let e = 0; e < value.data.length; e++) {
            const at = (shift: number) => {
              const moved = { ...value, data: value.data.with(e, value.data[e]! + shift) };
              return contrastInF64({ ...parameters, [name]: moved }, batch, n);
            };
            const difference = (at(1e-6) - at(-1e-6)) / 2e-6;
            const bend = Math.abs(at(1e-6) + at(-1e-6) - 2 * at(0)) / 1e-6;
            const gradient = outputs[graphNames.gradient(name)]!.data[e]!;
            expect(Math.abs(gradient - difference)).toBeLessThan(1e-4 * Math.max(1, Math.abs(difference)) + bend);
          }
        }
        await graph.dispose();
      }),
      { numRuns: 20 },
    );
  });

  test('padding is neither a query nor a negative', async () => {
    await fc.assert(
      fc.asyncProperty(kindOf, fc.nat(), fc.integer({ min: 1, max: 4 }), async (kind, seed, padding) => {
        const [short, long] = [pairs(kind, seed, 3), pairs(kind, seed, 3, padding)];
        const graphs = await Promise.all([
          openGraph(short.network, objective, 3, 'gradients'),
          openGraph(long.network, objective, 3 + padding, 'gradients'),
        ]);
        const expected = await graphs[0]!.run({ ...short.parameters, ...short.batch });
        const got = await graphs[1]!.run({ ...long.parameters, ...long.batch });
        for (const [name, value] of Object.entries(expected)) {
          expect(largestDifference(got[name]!, value)).toBeLessThan(1e-5 * Math.max(1, ...value.data.map(Math.abs)));
        }
        await Promise.all(graphs.map((graph) => graph.dispose()));
      }),
      { numRuns: 10 },
    );
  });
});
