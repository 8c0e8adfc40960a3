import { create, toBinary } from '@bufbuild/protobuf';
import { ChelatedError } from '../errors.ts';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './gen/onnx_pb.ts';
import { elementCount, type OnnxDtype, type OnnxTensor, onnxTypes } from './tensor.ts';

/** A dimension: its size, or the name of one that varies from call to call. */
export type Dimension = number | string;

export interface ModelHeader {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  /** Written in this order. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

/**
 * Puts an ONNX graph together, node by node, and serialises it. The same calls give the same bytes.
 *
 * @example
 * const graph = new GraphBuilder('double');
 * const x = graph.input('x', 'f32', ['n', 2]);
 * graph.output(graph.op('Add', [x, x], {}, 'y'), 'f32', ['n', 2]);
 * graph.bytes({ irVersion: 8, opset: 17, producer: 'me', metadata: [] }).length; // => 85
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, dtype: OnnxDtype, dims: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, dtype, dims));
    return name;
  }

  output(name: string, dtype: OnnxDtype, dims: readonly Dimension[]): string {
    this.#outputs.push(valueInfo(name, dtype, dims));
    return name;
  }

  /** A tensor that the file carries. One with the name of an input is that input's default. */
  constant(name: string, tensor: OnnxTensor): string {
    const { dims, data } = tensor;
    if (data.length !== elementCount(dims)) {
      throw new ChelatedError(
        'shape_mismatch',
        `tensor ${name} of [${dims}] needs ${elementCount(dims)} numbers, got ${data.length}`,
      );
    }
    this.#initializers.push(
      create(TensorProtoSchema, {
        dims: dims.map(BigInt),
        dataType: onnxTypes[tensor.dtype],
        name,
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      }),
    );
    return name;
  }

  /** A number as a constant; the same one is carried once. */
  scalar(value: number): string {
    const name = `number_${value}`;
    if (this.#initializers.some((tensor) => tensor.name === name)) return name;
    return this.constant(name, { dtype: 'f32', dims: [], data: Float32Array.of(value) });
  }

  /** A list of int64 as a constant, such as the axes of a sum; the same one is carried once. */
  integers(values: readonly number[]): string {
    const name = `integers_${values.join('_')}`;
    if (this.#initializers.some((tensor) => tensor.name === name)) return name;
    return this.constant(name, { dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  }

  /** Adds a node with one output; the attributes are integers or lists of them. Returns the output's name. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    output = `v${this.#nodes.length}`,
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number'
        ? create(AttributeProtoSchema, { name, i: BigInt(value), type: 2 })
        : create(AttributeProtoSchema, { name, ints: value.map(BigInt), type: 7 }),
    );
    this.#nodes.push(
      create(NodeProtoSchema, { input: [...inputs], output: [output], name: output, opType: type, attribute }),
    );
    return output;
  }

  bytes(header: ModelHeader): Uint8Array {
    const graph = create(GraphProtoSchema, {
      name: this.#name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    });
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(header.irVersion),
      producerName: header.producer,
      graph,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(header.opset) })],
      metadataProps: header.metadata.map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    });
    return toBinary(ModelProtoSchema, model);
  }
}

/** Name, type and shape of a graph's input or output; without dimensions named it may have any. */
export function valueInfo(name: string, dtype: OnnxDtype, dims?: readonly Dimension[]): ValueInfoProto {
  const dim = dims?.map((d) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof d === 'number' ? { case: 'dimValue', value: BigInt(d) } : { case: 'dimParam', value: d },
    }),
  );
  const shape = dim && { shape: create(TensorShapeProtoSchema, { dim }) };
  const tensor = create(TypeProto_TensorSchema, { elemType: onnxTypes[dtype], ...shape });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  });
}
