import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { adamScalars } from '../../src/distil/train/adam.ts';
import { graphNames } from '../../src/distil/train/graph-names.ts';
import { matrix } from '../../src/matrix.ts';
import { openSession } from '../../src/onnx/session.ts';
import type { OnnxTensor } from '../../src/onnx/tensor.ts';
import { random } from '../../src/random.ts';
import { gateGraph, gateNames, gateShapes } from '../../src/student/gate-graph.ts';

const [V, d, r, n, l] = [9, 5, 2, 3, 4];

function problem(seed: number) {
  const { normal, integer } = random(seed);
  const numbers = (length: number, scale = 1) => Float32Array.from({ length }, () => scale * normal());
  const target = numbers(n * d);
  for (let i = 0; i < n; i++) {
    const length = Math.hypot(...target.subarray(i * d, (i + 1) * d));
    for (let j = 0; j < d; j++) target[i * d + j]! /= length;
  }
  return {
    table: matrix(V, d, numbers(V * d)),
    ids: Int32Array.from({ length: n * l }, () => integer(V)),
    // The last text has two tokens fewer than there is room for.
    features: numbers(n * l).map((x, e) => (e >= n * l - 2 ? 0 : 0.1 + Math.abs(x))),
    contexts: numbers(n * d),
    target,
    weight: Float32Array.of(0.5, 0.2, 0.3),
    context: numbers(d * r, 0.5),
    tokens: numbers(r * d, 0.5),
  };
}
type Problem = Omit<ReturnType<typeof problem>, 'context' | 'tokens'> & {
  readonly context: ArrayLike<number>;
  readonly tokens: ArrayLike<number>;
};

/** The loss in f64, written out. */
function lossOf({ table, ids, features, contexts, target, weight, context, tokens }: Problem): number {
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const inner = Array.from({ length: r }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += contexts[i * d + j]! * context[j * r + k]!;
      return sum;
    });
    const q = Array.from({ length: d }, (_, j) => inner.reduce((sum, x, k) => sum + x * tokens[k * d + j]!, 0));
    const y = new Float64Array(d);
    for (let e = i * l; e < (i + 1) * l; e++) {
      const row = table.data.subarray(ids[e]! * d, (ids[e]! + 1) * d);
      const z = row.reduce((sum, x, j) => sum + x * q[j]!, 0);
      for (let j = 0; j < d; j++) y[j]! += features[e]! * (1 + z / Math.sqrt(1 + z * z)) * row[j]!;
    }
    const dot = y.reduce((sum, x, j) => sum + x * target[i * d + j]!, 0);
    loss += weight[i]! * (1 - dot / Math.hypot(...y));
  }
  return loss;
}

function feeds({ ids, features, contexts, target, weight, context, tokens }: Problem): Record<string, OnnxTensor> {
  const f32 = (dims: readonly number[], data: ArrayLike<number>): OnnxTensor => ({
    ...{ dtype: 'f32', dims, data: Float32Array.from(data) },
  });
  return {
    [gateNames.ids]: { dtype: 'int32', dims: [n, l], data: ids },
    [gateNames.features]: f32([n, l, 1], features),
    [gateNames.contexts]: f32([n, d], contexts),
    [graphNames.target]: f32([n, d], target),
    [graphNames.weight]: f32([n, 1], weight),
    context: f32([d, r], context),
    tokens: f32([r, d], tokens),
  };
}

describe('gateGraph', () => {
  test('loss and gradients agree with f64 and its central differences', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        const given = problem(seed);
        const session = await openSession(gateGraph(given.table, r, 'gradients'), { device: 'wasm' });
        const outputs = await session.run(feeds(given));
        await session.dispose();
        expect(Math.abs(outputs[graphNames.loss]!.data[0]! - lossOf(given))).toBeLessThan(1e-5);
        for (const name of ['context', 'tokens'] as const) {
          const got = outputs[graphNames.gradient(name)]!.data;
          const exact = Array.from(given[name]);
          exact.forEach((at, e) => {
            const moved = (by: number) => lossOf({ ...given, [name]: exact.with(e, at + by) });
            const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            expect(Math.abs(got[e]! - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
          });
        }
      }),
      { numRuns: 12 },
    );
  });

  test('a step goes downhill, and leaves moments behind', async () => {
    const given = problem(7);
    const session = await openSession(gateGraph(given.table, r, 'step'), { device: 'wasm' });
    const { rate, correction } = adamScalars(1, 1e-3, 0);
    const scalar = (value: number): OnnxTensor => ({ dtype: 'f32', dims: [], data: Float32Array.of(value) });
    const moments: Record<string, OnnxTensor> = {};
    for (const [name, rows, dims] of gateShapes(d, r)) {
      for (const moment of [graphNames.mean(name), graphNames.variance(name)]) {
        moments[moment] = { dtype: 'f32', dims: [rows, dims], data: new Float32Array(rows * dims) };
      }
    }
    const scalars = { [graphNames.rate]: scalar(rate), [graphNames.correction]: scalar(correction) };
    const outputs = await session.run({ ...feeds(given), ...moments, ...scalars });
    await session.dispose();
    const after = {
      ...given,
      context: outputs[graphNames.next('context')]!.data,
      tokens: outputs[graphNames.next('tokens')]!.data,
    };
    expect(lossOf(after)).toBeLessThan(lossOf(given));
    expect(outputs[graphNames.next(graphNames.variance('tokens'))]!.data.some((x) => x > 0)).toBe(true);
  });
});
