import { readFile } from 'node:fs/promises';
import { ChelatedError } from '../errors.ts';
import { readVectors, type VectorFile } from './read-vectors.ts';

/**
 * Reads a file of vectors.
 *
 * @throws {ChelatedError} not_found, and what `readVectors` throws
 */
export async function readVectorFile(path: string): Promise<VectorFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ChelatedError('not_found', `vectors: ${path} cannot be read`, { cause });
  }
  return readVectors(bytes, path);
}
