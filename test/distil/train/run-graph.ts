import type { Network } from '../../../src/distil/train/network.ts';
import type { Objective } from '../../../src/distil/train/objective.ts';
import { type TrainingGraph, trainingGraph } from '../../../src/distil/train/training-graph.ts';
import { openSession, type TensorFeeds } from '../../../src/onnx/session.ts';
import { type Rows, rowsOf, type Values } from './reference.ts';

/** A training graph open in onnxruntime, fed with f64 rows and read as such. */
export async function openGraph(network: Network, objective: Objective, batch: number, gives: TrainingGraph['gives']) {
  const session = await openSession(trainingGraph({ network, objective, batch, gives }));
  return {
    run: async (values: Values, scalars: Readonly<Record<string, number>> = {}): Promise<Record<string, Rows>> => {
      const feeds: Record<string, TensorFeeds[string]> = {};
      for (const [name, { rows, dims, data }] of Object.entries(values)) {
        feeds[name] = { dtype: 'f32', dims: [rows, dims], data: Float32Array.from(data) };
      }
      for (const [name, value] of Object.entries(scalars)) {
        feeds[name] = { dtype: 'f32', dims: [], data: Float32Array.of(value) };
      }
      const outputs = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { dims, data }]) => [name, rowsOf(dims[0] ?? 1, dims[1] ?? 1, data)]),
      );
    },
    dispose: () => session.dispose(),
  };
}

export function largestDifference(A: Rows, B: Rows): number {
  if (A.rows !== B.rows || A.dims !== B.dims) return Number.POSITIVE_INFINITY;
  return A.data.reduce((most, a, e) => Math.max(most, Math.abs(a - B.data[e]!)), 0);
}
