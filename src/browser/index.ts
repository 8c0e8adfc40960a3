// chelated/browser: what a page or its worker needs. No file system; onnxruntime is loaded by the first transformer alone.
import type { onnxEncoder as OnnxEncoder } from '../encode/onnx/onnx-encoder.ts';

export { gateLine } from '../adapter/gate-line.ts';
export * from '../adapter/index.ts';
export { distilSteps } from '../distil/distil-steps.ts';
export * from '../distil/index.ts';
export type { Encoded, EncodeOptions, Encoder, TextRole } from '../encode/encoder.ts';
export { readNpy } from '../encode/npy.ts';
export type { ModelFiles } from '../encode/onnx/model-files.ts';
export { type ChosenFile, modelFromFiles } from '../encode/onnx/model-from-files.ts';
export { readStudent } from '../encode/read-student.ts';
export { readVectors, type VectorFile } from '../encode/read-vectors.ts';
export { type StudentFiles, staticStudent } from '../encode/static-student.ts';
export { vectorEncoder } from '../encode/vector-encoder.ts';
export { withWordBuckets } from '../encode/with-word-buckets.ts';
export { withoutGate } from '../encode/without-gate.ts';
export { ChelatedError, type ErrorCode } from '../errors.ts';
export { type Dataset, datasetWarnings, parseDataset } from '../evaluate/dataset.ts';
export { type Evaluation, evaluate } from '../evaluate/evaluate.ts';
export { type SearchOptions, search } from '../evaluate/search.ts';
export { type KernelSource, type Kernels, loadKernels } from '../kernels/index.ts';
export { type Matrix, matrix, row } from '../matrix.ts';
export { type DeviceChoice, type DeviceFallback, onDeviceFallback } from '../onnx/device.ts';

/** {@link OnnxEncoder} Loaded when first called, and onnxruntime with it. */
export const onnxEncoder: typeof OnnxEncoder = async (...given) =>
  (await import('../encode/onnx/onnx-encoder.ts')).onnxEncoder(...given);
