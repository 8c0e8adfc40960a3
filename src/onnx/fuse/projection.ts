import type { NodeProto } from '../gen/onnx_pb.ts';
import { onnxTypes } from '../tensor.ts';
import type { GraphEditor } from './graph-editor.ts';

/** hW + b, W and b the same in every call. */
export interface Projection {
  readonly hidden: string;
  readonly weight: string;
  readonly bias: string;
  readonly width: number;
}

/** What a sum is, where it is a projection. */
export function projection(graph: GraphEditor, sum: NodeProto | undefined): Projection | undefined {
  if (sum?.opType !== 'Add') return undefined;
  const bias = sum.input.find((name) => graph.tensor(name)?.dims.length === 1);
  const product = graph.producer(sum.input.find((name) => name !== bias));
  const [hidden, weight] = product?.opType === 'MatMul' ? product.input : [];
  const tensor = graph.tensor(bias);
  if (!bias || !hidden || !weight || tensor?.dataType !== onnxTypes.f32 || !graph.isConstant(weight)) return undefined;
  return { hidden, weight, bias, width: Number(tensor.dims[0]) };
}
