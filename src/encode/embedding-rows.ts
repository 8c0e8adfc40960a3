import { ChelatedError } from '../errors.ts';
import type { Int8Rows } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { SafeTensors } from './safetensors.ts';

/**
 * The rows that a .safetensors file holds: tensor `embeddings` (n, d), or the only tensor there; f32 or f16, or int8
 * beside `scales` (n), one a row.
 *
 * @throws {ChelatedError} shape_mismatch, saying what the file has
 */
export function embeddingRows({ tensors }: SafeTensors, name: string): Matrix | Int8Rows {
  const tensor = tensors.get('embeddings') ?? (tensors.size === 1 ? [...tensors.values()][0] : undefined);
  const scales = tensors.get('scales');
  const [rows, dims] = tensor?.shape ?? [];
  if (tensor && rows !== undefined && dims !== undefined && tensor.shape.length === 2) {
    if (tensor.data instanceof Float32Array) return matrix(rows, dims, tensor.data);
    const { data } = tensor;
    const fits = String(scales?.shape) === String([rows]);
    if (data instanceof Int8Array && scales?.data instanceof Float32Array && fits) {
      return { rows, dims, data, scales: scales.data };
    }
  }
  const got = [...tensors].map(([key, { dtype, shape }]) => `${key} ${dtype} [${shape}]`).join(', ') || 'nothing';
  const expected = '"embeddings" [n, d] as F32 or F16, or as I8 with "scales" [n]';
  throw new ChelatedError('shape_mismatch', `${name}: expected ${expected}; got ${got}`);
}
