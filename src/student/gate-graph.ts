import { config } from '../config.ts';
import { addAdam } from '../distil/train/adam.ts';
import { graphNames } from '../distil/train/graph-names.ts';
import { linear, unitRows } from '../distil/train/layers.ts';
import { squaredDistance } from '../distil/train/losses.ts';
import { Tape } from '../distil/train/tape.ts';
import type { Matrix } from '../matrix.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';

/** Names of what the graph is fed, beside the parameters' own and those of `graphNames`. */
export const gateNames = { ids: 'ids', features: 'features', contexts: 'contexts' } as const;

/** The parameters of a gate and their shapes: d the width of the table, r that of the gate. */
export function gateShapes(d: number, r: number): readonly (readonly [name: 'context' | 'tokens', number, number])[] {
  return [
    ['context', d, r],
    ['tokens', r, d],
  ];
}

/**
 * One step of training a context gate (`heldGate`) as an ONNX model: forward, loss, backward and Adam. The table is in the
 * graph, and stays as it is.
 *
 *   z = row(t)·(c·context·tokens)    y = Σ φ(t)·(1 + z/√(1 + z²))·row(t)    loss = Σ weight·(1 − cos(y, target))
 *
 *   in    ids (n, l) int32 and features φ (n, l, 1), 0 where a text has fewer tokens · contexts c (n, d) · target (n, d) unit
 *         rows · weight (n, 1), of sum 1 · the parameters · for a step their moments and Adam's scalars
 *   out   loss, of the parameters that came in · the new parameters and moments, or the gradients
 */
export function gateGraph(table: Matrix, r: number, gives: 'step' | 'gradients'): Uint8Array {
  const d = table.dims;
  const graph = new GraphBuilder(`chelated gate ${gives}`);
  const tape = new Tape(graph);
  const shapes = gateShapes(d, r);
  for (const [name, rows, dims] of shapes) tape.follow(graph.input(name, 'f32', [rows, dims]));
  const ids = graph.input(gateNames.ids, 'int32', ['n', 'l']);
  const features = graph.input(gateNames.features, 'f32', ['n', 'l', 1]);
  const contexts = graph.input(gateNames.contexts, 'f32', ['n', d]);
  const target = graph.input(graphNames.target, 'f32', ['n', d]);
  const weight = graph.input(graphNames.weight, 'f32', ['n', 1]);

  const rows = graph.op('Gather', [
    graph.constant('table', { dtype: 'f32', dims: [table.rows, d], data: table.data }),
    ids,
  ]);
  const query = linear(tape, linear(tape, contexts, 'context', null), 'tokens', null);
  const y = weightedSum(tape, rows, gated(tape, rowDots(tape, rows, query), features));
  graph.op('Identity', [squaredDistance(tape, unitRows(tape, y), target, weight, 1 / 2)], {}, graphNames.loss);
  graph.output(graphNames.loss, 'f32', []);

  const gradients = tape.gradients(shapes.map(([name]) => name));
  if (gives === 'step') addStep(graph, shapes, gradients);
  else {
    shapes.forEach(([name, ...dims], i) => {
      graph.output(graph.op('Identity', [gradients[i]!], {}, graphNames.gradient(name)), 'f32', dims);
    });
  }
  const { opset, irVersion } = config.adapterFile;
  return graph.bytes({ opset, irVersion, producer: 'chelated', metadata: [] });
}

function addStep(graph: GraphBuilder, shapes: ReturnType<typeof gateShapes>, gradients: readonly string[]): void {
  const rate = graph.input(graphNames.rate, 'f32', []);
  const correction = graph.input(graphNames.correction, 'f32', []);
  shapes.forEach(([name, ...dims], i) => {
    const moments = [graphNames.mean(name), graphNames.variance(name)] as const;
    for (const moment of moments) graph.input(moment, 'f32', dims);
    const [parameter, mean, variance] = [name, ...moments].map(graphNames.next) as [string, string, string];
    const old = { parameter: name, mean: moments[0], variance: moments[1] };
    addAdam(graph, old, gradients[i]!, { rate, correction, keep: null }, { parameter, mean, variance });
    for (const value of [parameter, mean, variance]) graph.output(value, 'f32', dims);
  });
}

/** X (n, l, d) rows of no gradient, q (n, d): the product of each row with its text's, (n, l, 1). */
function rowDots(tape: Tape, X: string, q: string): string {
  const { graph } = tape;
  const z = graph.op('MatMul', [X, column(graph, q)]);
  return tape.record(z, [q], (g) => tape.add(q, () => flat(graph, X, g)));
}

/** The sum of the rows X (n, l, d) with the weights a (n, l, 1): (n, d). */
function weightedSum(tape: Tape, X: string, a: string): string {
  const { graph } = tape;
  return tape.record(flat(graph, X, a), [a], (g) => tape.add(a, () => graph.op('MatMul', [X, column(graph, g)])));
}

/** φ·(1 + z/√(1 + z²)) */
function gated(tape: Tape, z: string, features: string): string {
  const { graph } = tape;
  const root = graph.op('Sqrt', [graph.op('Add', [graph.op('Mul', [z, z]), graph.scalar(1)])]);
  const open = graph.op('Add', [graph.op('Div', [z, root]), graph.scalar(1)]);
  return tape.record(graph.op('Mul', [features, open]), [z], (g) =>
    tape.add(z, () => {
      const cube = graph.op('Mul', [root, graph.op('Mul', [root, root])]);
      return graph.op('Div', [graph.op('Mul', [g, features]), cube]);
    }),
  );
}

const column = (graph: GraphBuilder, x: string) => graph.op('Unsqueeze', [x, graph.integers([2])]);

const flat = (graph: GraphBuilder, X: string, a: string) =>
  graph.op('Squeeze', [graph.op('MatMul', [graph.op('Transpose', [a], { perm: [0, 2, 1] }), X]), graph.integers([1])]);
