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
