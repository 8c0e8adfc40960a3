import { GraphEditor, node } from '../../onnx/fuse/graph-editor.ts';
import type { Pooling } from './pooling.ts';

/** Outputs that are understood, by what they are: vectors of tokens, else of texts that the graph itself has pooled. */
export const tokenOutputs = ['last_hidden_state', 'token_embeddings'];
export const textOutputs = ['sentence_embedding', 'text_embeds', 'pooled_embedding'];

/** The output that `addPooling` adds, and the input that a way of pooling reads. */
export const pooledOutput = 'chelated_pooled';
export const poolingInput = (way: Pooling) => `chelated_pooling_${way}`;

/**
 * The same transformer with its tokens' vectors pooled in the graph, so that one vector a text leaves the device, and not
 * one a token: the ways asked for, side by side. See `fillPooling` for what its new inputs are fed.
 *
 * Shape   inputs chelated_pooling_WAY (n, 1, tokens), of max (n, tokens, 1) · output chelated_pooled (n, d · ways)
 * Edge    a model without vectors of tokens is returned as it is, and so are bytes that are no model
 */
export function addPooling(bytes: Uint8Array, ways: readonly Pooling[]): Uint8Array {
  let graph: GraphEditor;
  try {
    graph = new GraphEditor(bytes);
  } catch {
    return bytes;
  }
  const hidden = tokenOutputs.find((name) => graph.outputs.includes(name));
  if (hidden === undefined) return bytes;
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
    graph.append(
      // From this version on the axes are an input.
      graph.opset >= 18
        ? node('ReduceMax', [kept, graph.integers([1])], row, { keepdims: 1 })
        : node('ReduceMax', [kept], row, { axes: [1], keepdims: 1 }),
    );
    return row;
  });
  const joined = graph.fresh();
  graph.append(node('Concat', rows, joined, { axis: 1 }));
  graph.append(node('Flatten', [joined], pooledOutput, { axis: 1 }));
  graph.output(pooledOutput, ['texts', 'pooled']);
  return graph.bytes();
}
