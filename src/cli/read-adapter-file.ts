import { readFile } from 'node:fs/promises';
import { ChelatedError } from '../errors.ts';

/** @throws {ChelatedError} not_found */
export async function readAdapterFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ChelatedError('not_found', `adapter ${path} cannot be read; give a file that chelated distil wrote`, {
      cause,
    });
  }
}
