import type { NodeProto } from '../gen/onnx_pb.ts';
import { contribNode, type GraphEditor, node } from './graph-editor.ts';
import { projection } from './projection.ts';

/**
 * Makes one node of each self-attention of the common shape:
 *
 *   softmax(s·(hWq + bq)(hWk + bk)ᵀ + bias₁ + bias₂ …)·(hWv + bv), heads side by side
 *
 * The three products with h become one, and softmax runs over rows that are still in cache. What does not have exactly this
 * shape stays as it is. A guard that turns NaN into zero behind the softmax is dropped: it is for texts without any token
 * that is not padding, and those are never run.
 *
 * @returns how many were found
 */
export function fuseAttention(graph: GraphEditor): number {
  const found = graph.nodes('Softmax').flatMap((softmax) => match(graph, softmax) ?? []);
  for (const attention of found) rewrite(graph, attention);
  return found.length;
}

interface Attention {
  readonly output: string;
  readonly hidden: string;
  readonly weights: readonly string[]; // of query, key and value
  readonly biases: readonly string[];
  /** Added to the scores, each broadcast to (texts, heads, tokens, tokens). */
  readonly scoreBiases: readonly string[];
  readonly heads: number;
  readonly scale: number;
}

function match(graph: GraphEditor, softmax: NodeProto): Attention | undefined {
  const axis = softmax.attribute.find(({ name }) => name === 'axis')?.i;
  const shares = guarded(graph, softmax.output[0]!);
  const mixed = graph.readers(shares).find(({ opType, input }) => opType === 'MatMul' && input[0] === shares);
  const turned = mixed && graph.readers(mixed.output[0]).find(({ opType }) => opType === 'Transpose');
  const merged = turned && graph.readers(turned.output[0]).find(({ opType }) => opType === 'Reshape');
  const scores = unbiased(graph, softmax.input[0]!);
  if (!merged || !scores || permutation(turned) !== '0,2,1,3' || (axis !== -1n && axis !== 3n)) return undefined;

  const sides = [scores.product.input[0], scores.product.input[1], mixed.input[1]].map((name) => trace(graph, name));
  const maps = sides.map(({ from }) => projection(graph, from));
  const [query, key, value] = maps;
  if (!query || !key || !value || [key, value].some(({ hidden }) => hidden !== query.hidden)) return undefined;
  if ([key, value].some(({ width }) => width !== query.width) || sides[2]!.scale !== 1) return undefined;
  const turns = sides.map(({ permutations }) => permutations.join(' '));
  if (turns[0] !== '0,2,1,3' || !keyTurns.includes(turns[1]!) || turns[2] !== '0,2,1,3') return undefined;
  const [heads, width] = sides[0]!.sizes.slice(-2);
  if (heads === undefined || width === undefined) return undefined;
  return {
    output: merged.output[0]!,
    hidden: query.hidden,
    weights: maps.map((map) => map!.weight),
    biases: maps.map((map) => map!.bias),
    scoreBiases: scores.biases,
    heads: heads > 0 ? heads : query.width / width,
    scale: scores.scale * sides[0]!.scale * sides[1]!.scale,
  };
}

/** The ways in which keys get from (texts, tokens, heads, d) to (texts, heads, d, tokens). */
const keyTurns = ['0,2,3,1', '0,2,1,3 0,1,3,2', '0,2,1,3 0,2,1'];

/** The shares behind a guard Where(IsNaN(shares), 0, shares), or themselves. */
function guarded(graph: GraphEditor, shares: string): string {
  const guard = graph.readers(shares).find(({ opType, input }) => opType === 'Where' && input[2] === shares);
  return graph.producer(guard?.input[0])?.opType === 'IsNaN' ? guard!.output[0]! : shares;
}

interface Scores {
  readonly product: NodeProto;
  readonly scale: number;
  readonly biases: readonly string[];
}

/** The product of queries and keys, and what is added to it. */
function unbiased(graph: GraphEditor, name: string, biases: readonly string[] = []): Scores | undefined {
  const end = graph.producer(name);
  if (end?.opType !== 'Add') {
    const { from, scale, permutations } = trace(graph, name);
    return from?.opType === 'MatMul' && permutations.length === 0 ? { product: from, scale, biases } : undefined;
  }
  const ways = end.input.map((side, i) => unbiased(graph, side, [...biases, end.input[1 - i]!]));
  // Both sides of a sum may be products (attention by relative position): not this shape.
  return ways[0] && ways[1] ? undefined : (ways[0] ?? ways[1]);
}

/** Where a value comes from, through changes of shape and products with a number. */
function trace(graph: GraphEditor, name: string | undefined) {
  const permutations: string[] = [];
  let sizes: (number | undefined)[] = [];
  let scale = 1;
  for (let from = graph.producer(name); ; ) {
    const factor = graph.number(from?.input[1]);
    if (from?.opType === 'Reshape') sizes = graph.sizes(from.input[1]);
    else if (from?.opType === 'Transpose') permutations.unshift(permutation(from));
    else if (from?.opType === 'Mul' && factor !== undefined) scale *= factor;
    else if (from?.opType === 'Div' && factor !== undefined) scale /= factor;
    else return { from, permutations, sizes, scale };
    from = graph.producer(from.input[0]);
  }
}

function permutation({ attribute }: NodeProto): string {
  return String(attribute.find(({ name }) => name === 'perm')?.ints ?? '');
}

function rewrite(graph: GraphEditor, { output, hidden, heads, scale, ...given }: Attention): void {
  const nodes: NodeProto[] = [];
  const add = (...what: Parameters<typeof node>) => {
    nodes.push(node(...what));
    return nodes.at(-1)!.output[0]!;
  };
  const weight = add('Concat', given.weights, graph.fresh(), { axis: 1 });
  const bias = add('Concat', given.biases, graph.fresh(), { axis: 0 });
  const inputs = [hidden, weight, bias];
  const [first, ...others] = given.scoreBiases;
  if (first !== undefined) {
    const sum = others.reduce((left, right) => add('Add', [left, right], graph.fresh()), first);
    const shape = add('Shape', [hidden], graph.fresh());
    const texts = add('Gather', [shape, graph.integers([0])], graph.fresh());
    const tokens = add('Gather', [shape, graph.integers([1])], graph.fresh());
    const full = add('Concat', [texts, graph.integers([1]), tokens, tokens], graph.fresh(), { axis: 0 });
    // The operator broadcasts over texts and heads alone.
    inputs.push('', '', add('Expand', [sum, full], graph.fresh()));
  }
  nodes.push(contribNode('Attention', inputs, output, { num_heads: heads, scale: { f: scale } }));
  graph.replace(output, nodes);
}
