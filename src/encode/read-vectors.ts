import { ChelatedError } from '../errors.ts';
import { dequantize } from '../kernels/reference/dequantize.ts';
import { matrix } from '../matrix.ts';
import { embeddingRows } from './embedding-rows.ts';
import { readNpy } from './npy.ts';
import { readSafetensors } from './safetensors.ts';
import type { VectorSource } from './vector-source.ts';

/** Vectors of one file, and the name of the model that made them where the file has it. */
export interface VectorFile extends VectorSource {
  readonly model?: string;
}

/**
 * The vectors that a .npy or .safetensors file holds; its name tells which it is. A .safetensors file has its rows as
 * `embeddingRows` says; its metadata may hold `ids`, a JSON array of n strings, and `model`.
 *
 * @throws {ChelatedError} invalid_input, dtype_unsupported, shape_mismatch
 * @example
 * const header = '{"embeddings": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}} ';
 * const numbers = new Float32Array([0, 1]);
 * const file = new Blob([new BigUint64Array([BigInt(header.length)]), header, numbers]);
 * const { vectors } = readVectors(new Uint8Array(await file.arrayBuffer()), 'documents.safetensors');
 * Array.from(vectors.data); // => [0, 1]
 */
export function readVectors(bytes: Uint8Array, name: string): VectorFile {
  if (name.endsWith('.npy')) return { vectors: readNpy(bytes, name) };
  if (name.endsWith('.safetensors')) return fromSafetensors(bytes, name);
  throw new ChelatedError('invalid_input', `vectors: expected a .npy or .safetensors file, got ${name}`);
}

function fromSafetensors(bytes: Uint8Array, name: string): VectorFile {
  const file = readSafetensors(bytes, name);
  const { ids, model } = file.metadata;
  const rows = embeddingRows(file, name);
  const vectors = 'scales' in rows ? matrix(rows.rows, rows.dims, Float32Array.from(dequantize(rows))) : rows;
  return {
    vectors,
    ...(ids !== undefined && { ids: readIds(ids, name) }),
    ...(model !== undefined && { model }),
  };
}

function readIds(json: string, name: string): string[] {
  const refuse = (cause?: unknown) =>
    new ChelatedError('invalid_input', `${name}: metadata "ids" must be a JSON array of strings`, { cause });
  let ids: unknown;
  try {
    ids = JSON.parse(json);
  } catch (cause) {
    throw refuse(cause);
  }
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) throw refuse();
  return ids;
}
