import { config } from '../../config.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';

/** What the graph is fed at every step: computed here in f64, since 1 − β₂ᵗ in f32 is off by 2e-3. */
export interface AdamScalars {
  readonly rate: number; // lr/(1 − β₁ᵗ)
  readonly correction: number; // 1 − β₂ᵗ
  readonly keep: number; // 1 − lr·decay
}

/** Scalars of step t = 1, 2, …, at learning rate `lr`. */
export function adamScalars(t: number, lr: number, weightDecay: number): AdamScalars {
  const { beta1, beta2 } = config.train.adam;
  return { rate: lr / (1 - beta1 ** t), correction: 1 - beta2 ** t, keep: 1 - lr * weightDecay };
}

export interface AdamValues {
  readonly parameter: string;
  readonly mean: string;
  readonly variance: string;
}

/**
 * One step of Adam with decoupled weight decay, added to the graph; names the new values as given in `next`.
 *
 *   m′ = β₁m + (1−β₁)g    v′ = β₂v + (1−β₂)g²    p′ = keep·p − rate·m′ / (√(v′/correction) + ε)
 *
 * `keep` null leaves the decay out.
 * Source  Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019
 */
export function addAdam(
  graph: GraphBuilder,
  old: AdamValues,
  gradient: string,
  scalars: { readonly rate: string; readonly correction: string; readonly keep: string | null },
  next: AdamValues,
): void {
  const { beta1, beta2, epsilon } = config.train.adam;
  const times = (x: string, c: number) => graph.op('Mul', [x, graph.scalar(c)]);
  graph.op('Add', [times(old.mean, beta1), times(gradient, 1 - beta1)], {}, next.mean);
  const square = graph.op('Mul', [gradient, gradient]);
  graph.op('Add', [times(old.variance, beta2), times(square, 1 - beta2)], {}, next.variance);
  const root = graph.op('Sqrt', [graph.op('Div', [next.variance, scalars.correction])]);
  const move = graph.op('Div', [next.mean, graph.op('Add', [root, graph.scalar(epsilon)])]);
  const kept = scalars.keep === null ? old.parameter : graph.op('Mul', [old.parameter, scalars.keep]);
  graph.op('Sub', [kept, graph.op('Mul', [move, scalars.rate])], {}, next.parameter);
}
