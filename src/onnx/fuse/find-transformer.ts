import type { NodeProto } from '../gen/onnx_pb.ts';
import type { GraphEditor } from './graph-editor.ts';
import { projection } from './projection.ts';

/** A layer of a transformer as BERT has them, by the names of its values; each but the first and the last is constant. */
export interface FoundLayer {
  readonly input: string;
  readonly heads: number;
  readonly scale: number | undefined;
  readonly qkv: FoundDense;
  readonly merge: FoundDense;
  readonly attentionNorm: FoundNorm;
  readonly into: FoundDense;
  readonly out: FoundDense;
  readonly outNorm: FoundNorm;
  readonly output: string;
}

export interface FoundDense {
  readonly weight: string;
  readonly bias: string | undefined;
}

export interface FoundNorm {
  readonly gain: string;
  readonly shift: string;
  readonly epsilon: number;
}

/** Layers that follow on each other, and what is added to the scores of all of them. */
export interface FoundTransformer {
  readonly layers: readonly FoundLayer[];
  readonly scoreBias: string | undefined;
}

/**
 * The transformer in a graph in which `fuseTransformer` has made one node of each attention and each GELU.
 *
 *   Y = norm(X + heads(X)·merge + b), Z = norm(Y + gelu(Y·into + b)·out + b)
 *
 * @returns undefined where there is none, or where one of its attentions is in a layer of another shape
 */
export function findTransformer(graph: GraphEditor): FoundTransformer | undefined {
  const attentions = graph.nodes('Attention');
  const layers = attentions.map((attention) => matchLayer(graph, attention));
  const biases = attentions.map(({ input }) => scoreBias(graph, input[5] ?? ''));
  const found = layers.flatMap((layer) => layer ?? []);
  if (found.length === 0 || found.length < layers.length) return undefined;
  const isChain = found.every(({ input }, i) => i === 0 || input === found[i - 1]!.output);
  const isShared = biases.every((bias) => terms(graph, bias) === terms(graph, biases[0]!));
  return isChain && isShared ? { layers: found, scoreBias: biases[0] || undefined } : undefined;
}

function matchLayer(graph: GraphEditor, attention: NodeProto): FoundLayer | undefined {
  const [input, weight, bias, ...others] = attention.input;
  const heads = attention.attribute.find(({ name }) => name === 'num_heads');
  const scale = attention.attribute.find(({ name }) => name === 'scale');
  const isPlain = attention.attribute.length === (scale ? 2 : 1) && others.length <= 3 && !others[0] && !others[1];
  if (!heads || !isPlain || !input || !weight || !bias || ![weight, bias].every((name) => graph.isConstant(name)))
    return;
  const merge = dense(graph, attention);
  const first = merge && normOfSum(graph, merge.end, input);
  if (!first) return undefined;
  const hidden = first.end.output[0]!;
  const into = graph.readers(hidden).find(({ opType }) => opType === 'MatMul');
  const wide = into && biased(graph, into, hidden);
  const gelu = wide && onlyReader(graph, wide.end);
  if (!wide?.bias || !gelu || !isGelu(gelu)) return undefined;
  const out = dense(graph, gelu);
  const second = out && normOfSum(graph, out.end, hidden);
  if (!second) return undefined;
  return {
    input,
    heads: Number(heads.i),
    scale: scale?.f,
    qkv: { weight, bias },
    merge,
    attentionNorm: first,
    into: wide,
    out,
    outNorm: second,
    output: second.end.output[0]!,
  };
}

/** What a node gives, times constant weights, and where there is one with a constant bias. */
function dense(graph: GraphEditor, from: NodeProto): (FoundDense & Matched) | undefined {
  const product = onlyReader(graph, from);
  return product?.opType === 'MatMul' ? biased(graph, product, from.output[0]!) : undefined;
}

interface Matched {
  /** The last of its nodes. */
  readonly end: NodeProto;
}

function biased(graph: GraphEditor, product: NodeProto, hidden: string): (FoundDense & Matched) | undefined {
  const [left, weight] = product.input;
  if (left !== hidden || !weight || !graph.isConstant(weight)) return undefined;
  const sum = onlyReader(graph, product);
  const bias = projection(graph, sum)?.bias;
  return bias === undefined ? { weight, bias, end: product } : { weight, bias, end: sum! };
}

/** The norm of what a node gives and a value. */
function normOfSum(graph: GraphEditor, from: NodeProto, value: string): (FoundNorm & Matched) | undefined {
  const sum = onlyReader(graph, from);
  if (sum?.opType !== 'Add' || !sum.input.includes(value)) return undefined;
  const norm = onlyReader(graph, sum);
  const [, gain, shift] = norm?.input ?? [];
  const attribute = (name: string) => norm?.attribute.find((each) => each.name === name);
  if (norm?.opType !== 'LayerNormalization' || !gain || !shift || (attribute('axis')?.i ?? -1n) !== -1n)
    return undefined;
  if (!graph.isConstant(gain) || !graph.isConstant(shift) || norm.output.length > 1) return undefined;
  return { gain, shift, epsilon: attribute('epsilon')?.f ?? 1e-5, end: norm };
}

/** ONNX's own operator has an approximation by tanh too. */
function isGelu({ opType, attribute }: NodeProto): boolean {
  const approximate = attribute.find(({ name }) => name === 'approximate')?.s;
  return opType === 'Gelu' && (!approximate || new TextDecoder().decode(approximate) === 'none');
}

/** The one node that reads what a node gives, where there is one and nobody else asks for it. */
function onlyReader(graph: GraphEditor, { output }: NodeProto): NodeProto | undefined {
  const [first, ...others] = graph.readers(output[0]);
  return others.length > 0 || graph.outputs.includes(output[0]!) ? undefined : first;
}

/** What is added to scores, before it is repeated for all texts and heads. */
function scoreBias(graph: GraphEditor, name: string): string {
  const expand = graph.producer(name);
  return expand?.opType === 'Expand' ? expand.input[0]! : name;
}

/** The values that a sum is of. */
function terms(graph: GraphEditor, sum: string): string {
  const node = graph.producer(sum);
  return node?.opType === 'Add'
    ? node.input
        .map((name) => terms(graph, name))
        .sort()
        .join(' + ')
    : sum;
}
