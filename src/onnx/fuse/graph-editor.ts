import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import {
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../gen/onnx_pb.ts';
import { type Dimension, valueInfo } from '../graph-builder.ts';
import { parseModel } from '../read-model.ts';
import { onnxTypes } from '../tensor.ts';

/** Operators of onnxruntime's own. */
const contrib = 'com.microsoft';

/**
 * An ONNX model in which values are computed another way: `replace` says how, and what nobody needs any more is left out of
 * `bytes`. Nodes stay in an order in which each comes after what it reads.
 */
export class GraphEditor {
  readonly #model: ModelProto;
  readonly #graph: GraphProto;
  readonly #tensors: ReadonlyMap<string, TensorProto>;
  readonly #producers = new Map<string, NodeProto>();
  readonly #readers = new Map<string, NodeProto[]>();
  #fresh = 0;

  /** @throws {ChelatedError} invalid_input when the bytes are not an ONNX model */
  constructor(bytes: Uint8Array) {
    this.#model = parseModel(bytes);
    this.#graph = this.#model.graph ?? create(GraphProtoSchema);
    const inputs = new Set(this.#graph.input.map(({ name }) => name));
    // An initializer that is an input too is a default that a call may replace.
    this.#tensors = new Map(this.#graph.initializer.flatMap((t) => (inputs.has(t.name) ? [] : [[t.name, t]])));
    for (const node of this.#graph.node) {
      for (const name of node.output) this.#producers.set(name, node);
      for (const name of node.input) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
  }

  /** Whether a node holds a graph of its own, whose reading of values is not seen here. */
  get isNested(): boolean {
    return this.#graph.node.some(({ attribute }) => attribute.some(({ type }) => type === 5 || type === 10));
  }

  /** Version of ONNX's own operators. */
  get opset(): number {
    return Number(this.#model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0n);
  }

  get outputs(): readonly string[] {
    return this.#graph.output.map(({ name }) => name);
  }

  /** Adds an f32 input. */
  input(name: string, dims: readonly Dimension[]): void {
    this.#graph.input.push(valueInfo(name, 'f32', dims));
  }

  /** Makes an f32 value the one output. */
  output(name: string, dims: readonly Dimension[]): void {
    this.#graph.output = [valueInfo(name, 'f32', dims)];
  }

  /** Adds a node behind all others. */
  append(last: NodeProto): void {
    this.#graph.node.push(last);
    for (const name of last.output) this.#producers.set(name, last);
  }

  nodes(type: string): NodeProto[] {
    return this.#graph.node.filter(({ opType }) => opType === type);
  }

  producer(name: string | undefined): NodeProto | undefined {
    return name === undefined ? undefined : this.#producers.get(name);
  }

  readers(name: string | undefined): readonly NodeProto[] {
    return (name !== undefined && this.#readers.get(name)) || [];
  }

  /** A tensor that the file carries, as an initializer or as a Constant. */
  tensor(name: string | undefined): TensorProto | undefined {
    const node = this.producer(name);
    if (node?.opType === 'Constant') return node.attribute.find((each) => each.name === 'value')?.t;
    return name === undefined ? undefined : this.#tensors.get(name);
  }

  /** Whether a value is the same in every call. */
  isConstant(name: string): boolean {
    if (this.tensor(name)) return true;
    const from = this.producer(name)?.input ?? [];
    return from.length > 0 && from.every((each) => this.isConstant(each));
  }

  /** A constant of one f32. */
  number(name: string | undefined): number | undefined {
    const tensor = this.tensor(name);
    if (tensor?.dataType !== onnxTypes.f32 || tensor.rawData.length !== 4) return undefined;
    return viewOf(tensor.rawData).getFloat32(0, true);
  }

  /** A list of int64, undefined where one is not constant: a value joined of others is looked into. */
  sizes(name: string | undefined): (number | undefined)[] {
    const tensor = this.tensor(name);
    if (tensor?.dataType === onnxTypes.int64) {
      const view = viewOf(tensor.rawData);
      return Array.from({ length: tensor.rawData.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
    }
    const node = this.producer(name);
    return node?.opType === 'Concat' ? node.input.flatMap((each) => this.sizes(each)) : [undefined];
  }

  /** Computes a value by these nodes instead; the last one gives it, and they read nothing that comes after the one that gave it. */
  replace(name: string, nodes: readonly NodeProto[]): void {
    const old = this.#producers.get(name)!;
    old.output = old.output.map((output) => (output === name ? this.fresh() : output));
    nodes.at(-1)!.output = [name];
    this.#graph.node.splice(this.#graph.node.indexOf(old) + 1, 0, ...nodes);
    for (const node of nodes) this.#producers.set(node.output[0]!, node);
  }

  /** A list of int64 as a constant. */
  integers(values: readonly number[]): string {
    return this.#constant(BigInt64Array.from(values, BigInt), onnxTypes.int64);
  }

  /** An f32 as a constant, of one axis. */
  float(value: number): string {
    return this.#constant(Float32Array.of(value), onnxTypes.f32);
  }

  #constant({ length, buffer }: BigInt64Array | Float32Array, dataType: number): string {
    const name = this.fresh();
    const rawData = new Uint8Array(buffer as ArrayBuffer);
    this.#graph.initializer.push(create(TensorProtoSchema, { name, dims: [BigInt(length)], dataType, rawData }));
    return name;
  }

  /** A name that no other value has. */
  fresh(): string {
    // A model that was edited before has some of these already.
    const isTaken = (name: string) => this.#producers.has(name) || this.#tensors.has(name);
    while (isTaken(`chelated_${this.#fresh}`)) this.#fresh++;
    return `chelated_${this.#fresh++}`;
  }

  /** The whole model, its inputs as they were. */
  bytes(): Uint8Array {
    return this.#build(this.outputs, new Map(), this.#graph.input);
  }

  /**
   * A model of its own that computes some of the values from the inputs and from values given: f32 of these shapes, of any
   * where no dimension is named.
   */
  part(outputs: readonly string[], given: ReadonlyMap<string, readonly Dimension[]> = new Map()): Uint8Array {
    return this.#build(outputs, given);
  }

  #build(
    outputs: readonly string[],
    given: ReadonlyMap<string, readonly Dimension[]>,
    inputs?: readonly ValueInfoProto[],
  ): Uint8Array {
    const needed = new Set(outputs);
    const isNeeded = ({ name }: { readonly name: string }) => needed.has(name);
    const kept = this.#graph.node.toReversed().filter(({ input, output }) => {
      if (!output.some((name) => name !== '' && needed.has(name) && !given.has(name))) return false;
      for (const name of input) needed.add(name);
      return true;
    });
    const infos = new Map(this.#graph.output.map((each) => [each.name, each]));
    const graph = {
      node: kept.reverse(),
      initializer: this.#graph.initializer.filter(isNeeded),
      input: [
        ...(inputs ?? this.#graph.input.filter(isNeeded)),
        ...Array.from(given, ([name, dims]) => valueInfo(name, 'f32', dims.length > 0 ? dims : undefined)).filter(
          isNeeded,
        ),
      ],
      // onnxruntime finds the type of an output that states none.
      output: outputs.map((name) => infos.get(name) ?? create(ValueInfoProtoSchema, { name })),
    };
    const own = create(OperatorSetIdProtoSchema, { domain: contrib, version: 1n });
    const { opsetImport } = this.#model;
    const model = {
      graph: changed(GraphProtoSchema, this.#graph, graph),
      opsetImport: opsetImport.some(({ domain }) => domain === contrib) ? opsetImport : [...opsetImport, own],
    };
    return toBinary(ModelProtoSchema, changed(ModelProtoSchema, this.#model, model));
  }
}

/** The same message with other fields, what was not known of it kept. */
function changed<T extends GraphProto | ModelProto>(schema: GenMessage<T>, message: T, fields: Partial<T>): T {
  return Object.assign(create(schema, { ...message, ...fields } as MessageInitShape<GenMessage<T>>), {
    $unknown: message.$unknown,
  });
}

/** A node with one output; attributes are integers, lists of them, or `{ f }`, a number. */
export function node(
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[] | { readonly f: number }>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? create(AttributeProtoSchema, { name, i: BigInt(value), type: 2 })
      : 'f' in value
        ? create(AttributeProtoSchema, { name, f: value.f, type: 1 })
        : create(AttributeProtoSchema, { name, ints: value.map(BigInt), type: 7 }),
  );
  return create(NodeProtoSchema, { opType, input: [...input], output: [output], attribute });
}

/** The same for an operator that onnxruntime has and ONNX has not. */
export function contribNode(...given: Parameters<typeof node>): NodeProto {
  return Object.assign(node(...given), { domain: contrib });
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
