import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChelatedError } from '../errors.ts';
import type { StudentFiles } from './static-student.ts';

/** Folder of the student that is shipped: the same two steps up from src/encode and from dist/encode. */
export function shippedStudent(): string {
  return fileURLToPath(new URL('../../assets/student/', import.meta.url));
}

/** @throws {ChelatedError} not_found when the folder lacks one of its files */
export async function readStudentFolder(folder: string): Promise<StudentFiles> {
  const read = async (name: string) => {
    try {
      return await readFile(join(folder, name));
    } catch (cause) {
      throw new ChelatedError('not_found', `student folder ${folder} has no readable ${name}`, { cause });
    }
  };
  const [card, tokenizer, table] = await Promise.all(['card.json', 'tokenizer.json', 'table.safetensors'].map(read));
  // Only a student that knows its teacher's space has one; the card says whether it should be there.
  const basis = await readFile(join(folder, 'basis.safetensors')).catch(() => undefined);
  return { card: card!.toString(), tokenizer: tokenizer!.toString(), table: table!, ...(basis && { basis }) };
}
