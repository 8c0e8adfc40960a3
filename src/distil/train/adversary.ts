import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { isPositive } from '../../onnx/is-positive.ts';
import { linear, relu, sumOver } from './layers.ts';
import type { Network } from './network.ts';
import type { AdversaryGuards } from './objective.ts';
import type { Tape } from './tape.ts';

export const discriminatorNames = ['judge', 'judgeBias', 'decide', 'decideBias'] as const;

/** The parameters of the discriminator alone: it is no part of an adapter. */
export function discriminatorShapes({ dOut, discriminator }: Network): [name: string, rows: number, dims: number][] {
  if (discriminator === undefined) return [];
  const shapes = [
    [dOut, discriminator],
    [1, discriminator],
    [discriminator, 1],
    [1, 1],
  ] as const;
  return discriminatorNames.map((name, i) => [name, ...shapes[i]!]);
}

export interface Adversary {
  /** Unit rows that the discriminator should call taught; they are not trained. */
  readonly taught: string;
  /** Unit rows that it should call corrected, and that are trained to pass for taught. */
  readonly corrected: string;
  readonly weight: string; // (n, 1): 1/n for each row that counts, 0 for padding
  readonly strength: number;
  readonly guards: AdversaryGuards;
}

/**
 * A discriminator of taught against corrected rows, trained with the adapter that it judges:
 *
 *   s(z) = relu(z·judge + judgeBias)·decide + decideBias
 *   game = ½ Σᵢ weightᵢ [softplus(−s(taughtᵢ)) + softplus(s(correctedᵢ))]
 *
 * The discriminator is given the gradient of the game, the corrected rows the reverse of theirs, times `strength`. In a
 * batch where it wins or loses totally (`guards.accuracy`) they are given none: there it teaches nothing, or
 * leads astray.
 *
 * Shape   taught, corrected (n, dOut) · weight (n, 1)
 * Source  Ganin et al. 2016 (gradient reversal), arXiv 1505.07818; Goodfellow et al. 2014
 */
export function addAdversary(tape: Tape, { taught, corrected, weight, strength, guards }: Adversary): void {
  const { graph } = tape;
  const half = graph.op('Mul', [weight, graph.scalar(1 / 2)]);
  let factor = '';
  const passing = reversed(tape, corrected, () => factor);
  const [real, fake] = [decision(tape, taught), decision(tape, passing)];
  const right = graph.op('Add', [isPositive(graph, real), isPositive(graph, graph.op('Neg', [fake]))]);
  const accuracy = sumOver(graph, graph.op('Mul', [half, right]));
  factor = graph.op('Mul', [inPlay(graph, accuracy, guards), graph.scalar(strength)]);
  logistic(tape, real, half, true);
  logistic(tape, fake, half, false);
}

function decision(tape: Tape, z: string): string {
  const [judge, judgeBias, decide, decideBias] = discriminatorNames;
  return linear(tape, relu(tape, linear(tape, z, judge, judgeBias)), decide, decideBias);
}

/** x itself; its gradient comes back times −factor. */
function reversed(tape: Tape, x: string, factor: () => string): string {
  const { graph } = tape;
  return tape.record(graph.op('Identity', [x]), [x], (g) =>
    tape.add(x, () => graph.op('Neg', [graph.op('Mul', [g, factor()])])),
  );
}

/** 1 where the discriminator neither wins nor loses totally, else 0. */
function inPlay(graph: GraphBuilder, accuracy: string, guards: AdversaryGuards): string {
  const { least, most } = guards.accuracy;
  const above = isPositive(graph, graph.op('Sub', [accuracy, graph.scalar(least)]));
  return graph.op('Mul', [above, isPositive(graph, graph.op('Sub', [graph.scalar(most), accuracy]))]);
}

/** Hands on the gradient of Σᵢ weightᵢ softplus(∓sᵢ): how wrong it is to call these rows corrected, or taught. */
function logistic(tape: Tape, s: string, weight: string, isTaught: boolean): void {
  const { graph } = tape;
  const wrong = graph.op('Sigmoid', [isTaught ? graph.op('Neg', [s]) : s]);
  const gradient = graph.op('Mul', [weight, wrong]);
  tape.add(s, () => (isTaught ? graph.op('Neg', [gradient]) : gradient));
}

/** The gradients of one player, shortened where all of them together are longer than `clip`. */
export function clipped(graph: GraphBuilder, gradients: readonly string[], clip: number): string[] {
  const most = graph.scalar(clip);
  const squares = gradients.map((g) => sumOver(graph, graph.op('Mul', [g, g])));
  const length = graph.op('Sqrt', [squares.reduce((sum, square) => graph.op('Add', [sum, square]))]);
  const scale = graph.op('Div', [most, graph.op('Max', [length, most])]);
  return gradients.map((g) => graph.op('Mul', [g, scale]));
}
