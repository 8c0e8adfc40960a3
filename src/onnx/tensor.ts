/** Number types that are written and read, with ONNX's codes for them (TensorProto.DataType). */
export const onnxTypes = { f32: 1, int8: 3, int32: 6, int64: 7 } as const;

/** A dense tensor, row-major. A dimension of 0 is allowed, no dimension is a scalar. */
export type OnnxTensor =
  | { readonly dtype: 'f32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int8'; readonly dims: readonly number[]; readonly data: Int8Array }
  | { readonly dtype: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

export type OnnxDtype = OnnxTensor['dtype'];

/** Number of elements that the dimensions name. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, d) => product * d, 1);
}
