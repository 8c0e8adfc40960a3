import type { NodeProto } from '../gen/onnx_pb.ts';
import { contribNode, type GraphEditor } from './graph-editor.ts';

/**
 * Makes one node of each x·(1 + erf(x/√2))/2, whatever the order of its products: onnxruntime knows only some of them.
 *
 * @returns how many were found
 */
export function fuseGelu(graph: GraphEditor): number {
  let found = 0;
  for (const erf of graph.nodes('Erf')) {
    const x = halved(graph, erf);
    const sum = graph.readers(erf.output[0]).find(({ opType }) => opType === 'Add');
    const end = x && sum && constantOf(graph, sum) === 1 ? product(graph, sum, x) : undefined;
    if (!x || !end) continue;
    graph.replace(end.output[0]!, [contribNode('Gelu', [x], '')]);
    found++;
  }
  return found;
}

/** x of erf(x/√2). */
function halved(graph: GraphEditor, erf: NodeProto): string | undefined {
  const scaled = graph.producer(erf.input[0]);
  const by = scaled && constantOf(graph, scaled);
  if (by === undefined) return undefined;
  const factor = scaled!.opType === 'Div' ? 1 / by : scaled!.opType === 'Mul' ? by : 0;
  return Math.abs(factor - Math.SQRT1_2) < 1e-6 ? other(graph, scaled!) : undefined;
}

/** The last of the products of the sum with x and with one half: sum·x·½, sum·½·x, or sum·(x·½). */
function product(graph: GraphEditor, sum: NodeProto, x: string): NodeProto | undefined {
  const times = (name: string, by: (factor: string) => boolean) =>
    graph.readers(name).find(({ opType, input }) => {
      const factor = input.find((each) => each !== name);
      return opType === 'Mul' && factor !== undefined && by(factor);
    });
  const isHalf = (factor: string) => graph.number(factor) === 0.5;
  const isX = (factor: string) => factor === x;
  const [byX, byHalf, halfX] = [times(sum.output[0]!, isX), times(sum.output[0]!, isHalf), times(x, isHalf)];
  if (byX) return times(byX.output[0]!, isHalf);
  if (byHalf) return times(byHalf.output[0]!, isX);
  return halfX && times(sum.output[0]!, (factor) => factor === halfX.output[0]);
}

/** The number among a node's inputs. */
function constantOf(graph: GraphEditor, { input }: NodeProto): number | undefined {
  return input.map((name) => graph.number(name)).find((value) => value !== undefined);
}

function other(graph: GraphEditor, { input }: NodeProto): string | undefined {
  return input.find((name) => graph.number(name) === undefined);
}
