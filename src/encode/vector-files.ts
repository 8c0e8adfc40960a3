import { readFile } from 'node:fs/promises';
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
 * Reads a .npy or .safetensors file of vectors. A .safetensors file has its rows as `embeddingRows` says;
 * its metadata may hold `ids`, a JSON array of n strings, and `model`.
 *
 * @throws {ChelatedError} not_found, invalid_input, dtype_unsupported, shape_mismatch
 */
export async function readVectorFile(path: string): Promise<VectorFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ChelatedError('not_found', `vectors: ${path} cannot be read`, { cause });
  }
  if (path.endsWith('.npy')) return { vectors: readNpy(bytes, path) };
  if (path.endsWith('.safetensors')) return fromSafetensors(bytes, path);
  throw new ChelatedError('invalid_input', `vectors: expected a .npy or .safetensors file, got ${path}`);
}

function fromSafetensors(bytes: Uint8Array, path: string): VectorFile {
  const file = readSafetensors(bytes, path);
  const { ids, model } = file.metadata;
  const rows = embeddingRows(file, path);
  const vectors = 'scales' in rows ? matrix(rows.rows, rows.dims, Float32Array.from(dequantize(rows))) : rows;
  return {
    vectors,
    ...(ids !== undefined && { ids: readIds(ids, path) }),
    ...(model !== undefined && { model }),
  };
}

function readIds(json: string, path: string): string[] {
  const refuse = (cause?: unknown) =>
    new ChelatedError('invalid_input', `${path}: metadata "ids" must be a JSON array of strings`, { cause });
  let ids: unknown;
  try {
    ids = JSON.parse(json);
  } catch (cause) {
    throw refuse(cause);
  }
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) throw refuse();
  return ids;
}
