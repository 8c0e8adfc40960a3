import { config } from '../../config.ts';
import { GraphBuilder } from '../../onnx/graph-builder.ts';
import { addAdam } from './adam.ts';
import { addAdversary, clipped, discriminatorNames } from './adversary.ts';
import { graphNames } from './graph-names.ts';
import { linear, relu, scaled, sum, unitRows } from './layers.ts';
import { contrast, similarityDistance, squaredDistance } from './losses.ts';
import { type Network, parameterShapes } from './network.ts';
import { guardsOf, type Objective } from './objective.ts';
import { Tape } from './tape.ts';

export interface TrainingGraph {
  readonly network: Network;
  readonly objective: Objective;
  /** Rows of a batch, baked in; a shorter batch is padded with rows of weight 0. */
  readonly batch: number;
  /** step: one step of Adam. gradients: what Adam would be given. loss: forward only. */
  readonly gives: 'step' | 'gradients' | 'loss';
}

/**
 * One training step as an ONNX model: forward, loss, backward and Adam.
 *
 *   y = base + relu(x·into + intoBias)·out + outBias        kind mlp
 *   y = base + (x·into)·out                                 kind lowrank
 *   target: as given, the paired document's y (contrastive), or behind a trained projection normalise((1 − α)·pushed + α·normalise(teacher·projection))
 *
 *   in    x (B, dIn) · base (B, dOut) · target (B, dOut) unit rows, or teacher (B, dTeacher) unit rows and, for α < 1,
 *         pushed (B, dOut), or for the contrastive loss pairedX (B, dIn) · pairedBase (B, dOut) · weight (B, 1): 1/n, or 0 for padding · the parameters · for a step their moments and Adam's scalars
 *   out   loss, of the parameters that came in · for a step the new parameters and moments, for gradients the gradients
 */
export function trainingGraph({ network, objective, batch, gives }: TrainingGraph): Uint8Array {
  const graph = new GraphBuilder(`chelated ${network.kind} ${gives}`);
  const tape = new Tape(graph);
  const shapes = parameterShapes(network);
  for (const [name, rows, dims] of shapes) tape.follow(graph.input(name, 'f32', [rows, dims]));

  const y = addOutput(tape, network, batch, graphNames);
  const weight = graph.input(graphNames.weight, 'f32', [batch, 1]);
  if (objective.loss === 'contrastive') addContrast(tape, network, objective, batch, { y, weight });
  else addLoss(tape, objective, { y, weight, dOut: network.dOut }, addTarget(tape, network, objective, batch));
  graph.output(graphNames.loss, 'f32', []);
  if (gives === 'gradients') addGradients(tape, network, objective);
  if (gives === 'step') addStep(tape, network, objective);

  const { opset, irVersion } = config.adapterFile;
  return graph.bytes({ opset, irVersion, producer: 'chelated', metadata: [] });
}

function addOutput(
  tape: Tape,
  { kind, dIn, dOut }: Network,
  batch: number,
  names: { readonly x: string; readonly base: string },
): string {
  const x = tape.graph.input(names.x, 'f32', [batch, dIn]);
  const base = tape.graph.input(names.base, 'f32', [batch, dOut]);
  if (kind === 'lowrank') return sum(tape, base, linear(tape, linear(tape, x, 'into', null), 'out', null));
  return sum(tape, base, linear(tape, relu(tape, linear(tape, x, 'into', 'intoBias')), 'out', 'outBias'));
}

interface Target {
  readonly rows: string;
  /** What pairs of rows should be as alike as. */
  readonly teacher: string;
  /** The teacher behind its trained projection. */
  readonly projected: string | null;
}

function addTarget(tape: Tape, { dOut, dTeacher }: Network, { alpha }: Objective, batch: number): Target {
  const { graph } = tape;
  if (dTeacher === null) {
    const rows = graph.input(graphNames.target, 'f32', [batch, dOut]);
    return { rows, teacher: rows, projected: null };
  }
  const teacher = graph.input(graphNames.teacher, 'f32', [batch, dTeacher]);
  const projected = unitRows(tape, linear(tape, teacher, 'projection', null));
  if (alpha === 1) return { rows: projected, teacher, projected };
  const pushed = graph.op('Mul', [graph.input(graphNames.pushed, 'f32', [batch, dOut]), graph.scalar(1 - alpha)]);
  return { rows: unitRows(tape, sum(tape, pushed, scaled(tape, projected, alpha))), teacher, projected };
}

interface Output {
  readonly y: string;
  readonly weight: string;
  readonly dOut: number;
}

/** Queries against their documents, both through the same map. */
function addContrast(
  tape: Tape,
  network: Network,
  { temperature = config.labelled.temperature }: Objective,
  batch: number,
  { y, weight }: Pick<Output, 'y' | 'weight'>,
): void {
  const documents = addOutput(tape, network, batch, { x: graphNames.pairedX, base: graphNames.pairedBase });
  const loss = contrast(tape, unitRows(tape, y), unitRows(tape, documents), weight, batch, temperature);
  tape.graph.op('Identity', [loss], {}, graphNames.loss);
}

function addLoss(tape: Tape, objective: Objective, { y, weight, dOut }: Output, target: Target): void {
  const { graph } = tape;
  const { loss, similarity, projectionSimilarity, adversarial = 0 } = objective;
  const unit = loss === 'cosine' || similarity > 0 || adversarial > 0 ? unitRows(tape, y) : y;
  const terms = [
    loss === 'cosine'
      ? squaredDistance(tape, unit, target.rows, weight, 1 / 2)
      : squaredDistance(tape, y, target.rows, weight, 1 / dOut),
  ];
  if (similarity > 0) terms.push(similarityDistance(tape, unit, target.teacher, weight, similarity));
  if (target.projected !== null && projectionSimilarity > 0) {
    terms.push(similarityDistance(tape, target.projected, target.teacher, weight, projectionSimilarity));
  }
  graph.op('Identity', [terms.reduce((sum, term) => graph.op('Add', [sum, term]))], {}, graphNames.loss);
  if (adversarial > 0) {
    const players = { taught: target.rows, corrected: unit, weight };
    addAdversary(tape, { ...players, strength: adversarial, guards: guardsOf(objective) });
  }
}

/** The gradient of every parameter, in their order; in a game each player's are clipped together. */
function gradientsOf(tape: Tape, network: Network, objective: Objective): string[] {
  const gradients = tape.gradients(parameterShapes(network).map(([name]) => name));
  if (!objective.adversarial) return gradients;
  const own = gradients.length - discriminatorNames.length;
  const { clip } = guardsOf(objective);
  return [gradients.slice(0, own), gradients.slice(own)].flatMap((player) => clipped(tape.graph, player, clip));
}

function addGradients(tape: Tape, network: Network, objective: Objective): void {
  const shapes = parameterShapes(network);
  const gradients = gradientsOf(tape, network, objective);
  shapes.forEach(([name, rows, dims], i) => {
    const named = tape.graph.op('Identity', [gradients[i]!], {}, graphNames.gradient(name));
    tape.graph.output(named, 'f32', [rows, dims]);
  });
}

function addStep(tape: Tape, network: Network, objective: Objective): void {
  const { graph } = tape;
  const shapes = parameterShapes(network);
  const gradients = gradientsOf(tape, network, objective);
  const rate = graph.input(graphNames.rate, 'f32', []);
  const correction = graph.input(graphNames.correction, 'f32', []);
  const keep = graph.input(graphNames.keep, 'f32', []);
  shapes.forEach(([name, rows, dims], i) => {
    const old = { parameter: name, mean: graphNames.mean(name), variance: graphNames.variance(name) };
    const next = {
      parameter: graphNames.next(old.parameter),
      mean: graphNames.next(old.mean),
      variance: graphNames.next(old.variance),
    };
    for (const moment of [old.mean, old.variance]) graph.input(moment, 'f32', [rows, dims]);
    // Decay pulls f towards nothing, the untrained adapter; for a projection nothing is no place to go.
    addAdam(graph, old, gradients[i]!, { rate, correction, keep: name === 'projection' ? null : keep }, next);
    for (const value of Object.values(next)) graph.output(value, 'f32', [rows, dims]);
  });
}
