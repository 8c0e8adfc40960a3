import { fuseAttention } from './fuse-attention.ts';
import { fuseGelu } from './fuse-gelu.ts';
import { GraphEditor } from './graph-editor.ts';

/**
 * The same transformer with operators of onnxruntime's own in place of the many small ones that exporters write; its own
 * optimiser does not know the newer forms. Vectors differ by rounding alone.
 *
 * Edge    a model that has none of the forms is returned as it is, and so are bytes that are none: onnxruntime says what is
 *         wrong with them
 */
export function fuseTransformer(bytes: Uint8Array): Uint8Array {
  let graph: GraphEditor;
  try {
    graph = new GraphEditor(bytes);
  } catch {
    return bytes;
  }
  // What a graph within the graph reads is not followed.
  if (graph.isNested) return bytes;
  return fuseAttention(graph) + fuseGelu(graph) > 0 ? graph.bytes() : bytes;
}
