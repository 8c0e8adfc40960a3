import { GraphEditor, node } from '../../onnx/fuse/graph-editor.ts';
import type { Pooling } from './pooling.ts';

/** Outputs that are understood, by what they are: vectors of tokens, else of texts that the graph itself has pooled. */
export const tokenOutputs = ['last_hidden_state', 'token_embeddings'];
export const textOutputs = ['sentence_embedding', 'text_embeds', 'pooled_embedding'];

/** The output that `addPooling` adds, with or without unit length, and the input that a way of pooling reads. */
export const pooledOutput = 'chelated_pooled';
export const unitOutput = 'chelated_unit';
export const poolingInput = (way: Pooling) => `chelated_pooling_${way}`;

/**
 * The same transformer with its tokens' vectors pooled in the graph, so that one vector a text leaves the device, and not
 * one a token: the ways asked for, side by side, with `unit` as unit vectors. See `fillPooling` for what its new inputs are fed.
 *
 * Shape   inputs chelated_pooling_WAY (n, 1, tokens), of max (n, tokens, 1) · output chelated_pooled, or chelated_unit (n, d · ways)
 * Edge    a model without vectors of tokens is returned as it is, and so are bytes that are no model. Zeros stay zeros. With `max`
 *         there is no unit length: a text of which nothing is pooled has a maximum too, which `runTokens` takes away
 */
export function addPooling(
  bytes: Uint8Array,
  ways: readonly Pooling[],
  { unit = false }: { readonly unit?: boolean } = {},
): Uint8Array {
  let graph: GraphEditor;
  try {
    graph = new GraphEditor(bytes);
  } catch {
    return bytes;
  }
  const hidden = tokenOutputs.find((name) => graph.outputs.includes(name));
  if (hidden === undefined) return bytes;
  const isUnit = unit && !ways.includes('max');
  const rows = ways.map((way) => {
    const [input, row] = [poolingInput(way), graph.fresh()];
    if (way !== 'max') {
      graph.input(input, ['texts', 1, 'tokens']);
      graph.append(node('MatMul', [input, hidden], row));
      return row;
    }
    graph.input(input, ['texts', 'tokens', 1]);
    const kept = graph.fresh();
    graph.append(node('Add', [hidden, input], kept));
    graph.append(reduce(graph, 'ReduceMax', kept, row));
    return row;
  });
  const joined = graph.fresh();
  graph.append(node('Concat', rows, joined, { axis: 1 }));
  const pooled = isUnit ? graph.fresh() : pooledOutput;
  graph.append(node('Flatten', [joined], pooled, { axis: 1 }));
  if (isUnit) {
    const [norm, divisor] = [graph.fresh(), graph.fresh()];
    graph.append(reduce(graph, 'ReduceL2', pooled, norm));
    graph.append(node('Max', [norm, graph.float(tiny)], divisor));
    graph.append(node('Div', [pooled, divisor], unitOutput));
  }
  graph.output(isUnit ? unitOutput : pooledOutput, ['texts', 'pooled']);
  return graph.bytes();
}

/** A divisor for zeros, far below the length of any vector and no subnormal number, which a GPU may take for zero. */
const tiny = 1e-30;

/** Over the second axis, which is kept; from version 18 on axes are an input. */
function reduce(graph: GraphEditor, type: 'ReduceMax' | 'ReduceL2', from: string, to: string) {
  return graph.opset >= 18
    ? node(type, [from, graph.integers([1])], to, { keepdims: 1 })
    : node(type, [from], to, { axes: [1], keepdims: 1 });
}
