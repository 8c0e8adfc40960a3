import { isPositive } from '../../onnx/is-positive.ts';
import { sumOver } from './layers.ts';
import type { Tape } from './tape.ts';

// A loss names its value and hands its gradient to the tape. `weight` is a column: 1/n for each row that counts, 0 for padding.

/**
 * factor · Σᵢ weightᵢ ‖aᵢ − bᵢ‖². On unit rows with factor ½ that is the mean of 1 − cosine.
 *
 * Shape   a, b (n, d) · weight (n, 1)
 */
export function squaredDistance(tape: Tape, a: string, b: string, weight: string, factor: number): string {
  const { graph } = tape;
  const difference = graph.op('Sub', [a, b]);
  const gradient = graph.op('Mul', [difference, graph.op('Mul', [weight, graph.scalar(2 * factor)])]);
  tape.add(a, () => gradient);
  tape.add(b, () => graph.op('Neg', [gradient]));
  return graph.op('Mul', [sumOver(graph, graph.op('Mul', [gradient, difference])), graph.scalar(0.5)]);
}

/**
 * InfoNCE with the other documents of the batch as negatives: −Σᵢ weightᵢ ln softmaxⱼ(aᵢ·bⱼ/τ)ᵢ. Rows of weight 0 are
 * padding, and no negatives.
 *
 * Shape   a (n, d) queries and b (n, d) their documents, unit rows · weight (n, 1)
 * Source  van den Oord, Li & Vinyals 2018, arXiv 1807.03748, eq. 4
 */
export function contrast(tape: Tape, a: string, b: string, weight: string, batch: number, temperature: number): string {
  const { graph } = tape;
  const own = graph.constant('identity', { dtype: 'f32', dims: [batch, batch], data: eye(batch) });
  const counts = graph.op('Transpose', [isPositive(graph, weight)]);
  const mask = graph.op('Mul', [graph.op('Sub', [counts, graph.scalar(1)]), graph.scalar(unreachable)]);
  const cosines = graph.op('Gemm', [a, b], { transB: 1 });
  const logits = graph.op('Add', [graph.op('Mul', [cosines, graph.scalar(1 / temperature)]), mask]);
  const off = graph.op('Sub', [graph.op('Softmax', [logits], { axis: 1 }), own]);
  const gradient = graph.op('Mul', [off, graph.op('Mul', [weight, graph.scalar(1 / temperature)])]);
  tape.add(a, () => graph.op('Gemm', [gradient, b]));
  tape.add(b, () => graph.op('Gemm', [gradient, a], { transA: 1 }));
  // LogSoftmax, in operators that WebGPU has.
  const below = graph.op('Sub', [logits, graph.op('ReduceMax', [logits], { axes: [1], keepdims: 1 })]);
  const logs = graph.op('Sub', [below, graph.op('Log', [sumOver(graph, graph.op('Exp', [below]), 1)])]);
  const chosen = graph.op('Mul', [logs, own]);
  return graph.op('Neg', [sumOver(graph, graph.op('Mul', [chosen, weight]))]);
}

/** Far below any cosine over a temperature, and finite: what is multiplied by 0 stays a number. */
const unreachable = 1e9;

function eye(n: number): Float32Array {
  return Float32Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
}

/**
 * How far the pairs of a batch are from being as alike as the teacher has them:
 *
 *   factor · Σᵢⱼ weightᵢ weightⱼ (aᵢ·aⱼ − tᵢ·tⱼ)²
 *
 * Shape   a (n, d) and t (n, e) unit rows, t is not trained · weight (n, 1)
 * Source  Tung & Mori 2019 (similarity-preserving distillation), on cosines
 */
export function similarityDistance(tape: Tape, a: string, t: string, weight: string, factor: number): string {
  const { graph } = tape;
  const pairs = (x: string) => graph.op('Gemm', [x, x], { transB: 1 });
  const difference = graph.op('Sub', [pairs(a), pairs(t)]);
  const weights = graph.op('Gemm', [weight, weight], { transB: 1 });
  const weighted = graph.op('Mul', [graph.op('Mul', [difference, weights]), graph.scalar(4 * factor)]);
  tape.add(a, () => graph.op('Gemm', [weighted, a]));
  return graph.op('Mul', [sumOver(graph, graph.op('Mul', [weighted, difference])), graph.scalar(0.25)]);
}
