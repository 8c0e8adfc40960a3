import type { Matrix } from '../matrix.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { isPositive } from '../onnx/is-positive.ts';
import type { AdapterCard, TermFrequency } from './card.ts';
import type { AdapterParts, HiddenPart, TeacherMap, TokenPart } from './parts.ts';
import { inputNames, outputNames, tensorNames } from './tensor-names.ts';

/**
 * The adapter as an ONNX graph (see parts.ts for the formula).
 *
 *   in    vector f32 [n, dIn], or prior f32 [n, dIn] where the kind is lexical: Σ φ(t)·table[t] over tokens without a row
 *         token_ids int64 [n, L] and token_counts f32 [n, L] where there is a token part; count 0 is padding
 *   out   corrected f32 [n, dOut]; teacher_mean [dTeacher] and teacher_map [dTeacher, dOut] as they are, where there are any
 */
export function adapterGraph(parts: AdapterParts, card: AdapterCard): GraphBuilder {
  const graph = new GraphBuilder(`chelated ${card.kind}`);
  const input = graph.input(card.kind === 'lexical' ? inputNames.prior : inputNames.vector, 'f32', ['n', card.dIn]);
  let y = applyMap(graph, input, parts, card);
  if (parts.hidden) y = graph.op('Add', [y, addHidden(graph, input, parts.hidden)]);
  let size = largest(graph, input);
  if (parts.tokens) {
    const token = addTokens(graph, parts.tokens);
    y = graph.op('Add', [y, token.sum]);
    size = graph.op('Add', [size, largest(graph, token.phi)]);
  }
  if (parts.bias) y = graph.op('Add', [y, addVector(graph, tensorNames.bias, parts.bias)]);
  const corrected = graph.op('Mul', [unit(graph, y), isPositive(graph, size)], {}, outputNames.corrected);
  graph.output(corrected, 'f32', ['n', card.dOut]);
  if (parts.teacher) addTeacher(graph, parts.teacher);
  return graph;
}

function applyMap(graph: GraphBuilder, x: string, { map }: AdapterParts, { dIn, dOut }: AdapterCard): string {
  if (!map) return x;
  return graph.op('MatMul', [x, graph.constant(tensorNames.map, { dtype: 'f32', dims: [dIn, dOut], data: map.data })]);
}

function addHidden(graph: GraphBuilder, x: string, { into, bias, out }: HiddenPart): string {
  const layer = (name: string, { rows, dims, data }: Matrix) =>
    graph.constant(name, { dtype: 'f32', dims: [rows, dims], data });
  const hidden = graph.op('MatMul', [x, layer(tensorNames.hiddenInto, into)]);
  const active = bias
    ? graph.op('Relu', [graph.op('Add', [hidden, addVector(graph, tensorNames.hiddenBias, bias)])])
    : hidden;
  return graph.op('MatMul', [active, layer(tensorNames.hiddenOut, out)]);
}

/** φ of the texts and Σ φ(t)·row. Row 0 of the stored rows is all zero: what a token without a row finds. */
function addTokens(graph: GraphBuilder, tokens: TokenPart): { phi: string; sum: string } {
  const ids = graph.input(inputNames.tokenIds, 'int64', ['n', 'tokens']);
  const counts = graph.input(inputNames.tokenCounts, 'f32', ['n', 'tokens']);
  const weights = addVector(graph, tensorNames.tokenWeights, tokens.weights);
  const { rows, rowOf } = tokens;
  const stored = new Int8Array((rows.rows + 1) * rows.dims);
  stored.set(rows.data, rows.dims);
  const table = graph.constant(tensorNames.tokenRows, {
    dtype: 'int8',
    dims: [rows.rows + 1, rows.dims],
    data: stored,
  });
  const scales = addVector(graph, tensorNames.tokenScales, Float32Array.from([0, ...rows.scales]));
  const indices = graph.constant(tensorNames.tokenRowOf, {
    dtype: 'int32',
    dims: [rowOf.length],
    data: rowOf.map((r) => r + 1),
  });

  const frequency = addTermFrequency(graph, counts, tokens.termFrequency);
  const phi = unit(graph, graph.op('Mul', [graph.op('Gather', [weights, ids]), frequency]));
  const index = graph.op('Gather', [indices, ids]);
  const scaled = graph.op('Mul', [phi, graph.op('Gather', [scales, index])]);
  const axis = graph.constant('token_axis', { dtype: 'int64', dims: [1], data: BigInt64Array.of(1n) });
  const gathered = graph.op('Cast', [graph.op('Gather', [table, index])], { to: 1 });
  const sum = graph.op('MatMul', [graph.op('Unsqueeze', [scaled, axis]), gathered]);
  return { phi, sum: graph.op('Squeeze', [sum, axis]) };
}

function addTermFrequency(graph: GraphBuilder, counts: string, termFrequency: TermFrequency): string {
  if (termFrequency === 'count') return counts;
  return graph.op('Log', [graph.op('Add', [counts, graph.scalar(1)])]);
}

/** The teacher's part is for whoever puts teacher vectors beside corrected ones: outputs that are the numbers themselves. */
function addTeacher(graph: GraphBuilder, { mean, map }: TeacherMap): void {
  graph.output(addVector(graph, tensorNames.teacherMean, mean), 'f32', [mean.length]);
  if (!map) return;
  const dims = [map.rows, map.dims];
  graph.output(graph.constant(tensorNames.teacherMap, { dtype: 'f32', dims, data: map.data }), 'f32', dims);
}

function addVector(graph: GraphBuilder, name: string, data: Float32Array): string {
  return graph.constant(name, { dtype: 'f32', dims: [data.length], data });
}

/** max|x| of each row, as a column. */
function largest(graph: GraphBuilder, x: string): string {
  return graph.op('ReduceMax', [graph.op('Abs', [x])], { axes: [-1], keepdims: 1 });
}

/** Below every norm that is not zero and is worth a direction: keeps 0 / 0 from happening. */
const tiny = 2 ** -126;

/** Rows to unit length, by way of their largest entry so that no square overflows or vanishes; a zero row stays zero. */
function unit(graph: GraphBuilder, x: string): string {
  const scaled = graph.op('Div', [x, graph.op('Max', [largest(graph, x), graph.scalar(tiny)])]);
  const norm = graph.op('ReduceL2', [scaled], { axes: [-1], keepdims: 1 });
  return graph.op('Div', [scaled, graph.op('Max', [norm, graph.scalar(tiny)])]);
}
