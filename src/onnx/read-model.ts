import { fromBinary } from '@bufbuild/protobuf';
import { ChelatedError } from '../errors.ts';
import { type ModelProto, ModelProtoSchema, type TensorProto } from './gen/onnx_pb.ts';
import { elementCount, type OnnxTensor, onnxTypes } from './tensor.ts';

/** What is read of an ONNX file: its metadata, and the tensors it carries by name. */
export interface OnnxFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A copy, but of int8, which is read where it lies; a type that is not read throws `dtype_unsupported`. */
  tensor(name: string): OnnxTensor | null;
}

/**
 * Reads an ONNX file without running it.
 *
 * @throws {ChelatedError} invalid_input when the bytes are not an ONNX model, or a tensor's bytes do not fill its shape
 */
export function readModel(bytes: Uint8Array): OnnxFile {
  const model = parseModel(bytes);
  const { graph } = model;
  if (!graph) throw new ChelatedError('invalid_input', 'not an ONNX model: it has no graph');
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  return {
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    inputs: graph.input.map(({ name }) => name),
    outputs: graph.output.map(({ name }) => name),
    tensor: (name) => {
      const tensor = tensors.get(name);
      return tensor ? readTensor(tensor) : null;
    },
  };
}

/** @throws {ChelatedError} invalid_input when the bytes are not an ONNX model */
export function parseModel(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new ChelatedError('invalid_input', 'not an ONNX model: the bytes are not its protobuf', { cause });
  }
}

function readTensor({ name, dims: dimensions, dataType, rawData }: TensorProto): OnnxTensor {
  const dims = dimensions.map(Number);
  const { dtype, width } = numberType(name, dataType);
  const count = elementCount(dims);
  if (dims.some((d) => !Number.isSafeInteger(d) || d < 0) || rawData.length !== count * width) {
    throw new ChelatedError(
      'invalid_input',
      `tensor ${name} of [${dims}] needs ${count * width} bytes, got ${rawData.length}`,
    );
  }
  // Single bytes lie well where they are, and are most of a file.
  if (dtype === 'int8') return { dtype, dims, data: new Int8Array(rawData.buffer, rawData.byteOffset, count) };
  // A copy, for alignment; `slice` of a Node Buffer would be a view.
  const { buffer } = new Uint8Array(rawData);
  switch (dtype) {
    case 'f32':
      return { dtype, dims, data: new Float32Array(buffer) };
    case 'int32':
      return { dtype, dims, data: new Int32Array(buffer) };
    case 'int64':
      return { dtype, dims, data: new BigInt64Array(buffer) };
  }
}

function numberType(name: string, code: number) {
  switch (code) {
    case onnxTypes.f32:
      return { dtype: 'f32', width: 4 } as const;
    case onnxTypes.int8:
      return { dtype: 'int8', width: 1 } as const;
    case onnxTypes.int32:
      return { dtype: 'int32', width: 4 } as const;
    case onnxTypes.int64:
      return { dtype: 'int64', width: 8 } as const;
    default:
      throw new ChelatedError(
        'dtype_unsupported',
        `tensor ${name} has ONNX type ${code}; read are ${Object.entries(onnxTypes).join(' ')}`,
      );
  }
}
