import { ChelatedError } from '../errors.ts';
import { readAsset } from '../kernels/read-asset.ts';
import type { StudentFiles } from './static-student.ts';
import { readStudentCard } from './student-card.ts';

/**
 * The files of a student folder, from disk or fetched: for `staticStudent`. The URL ends with a slash.
 *
 * @throws {ChelatedError} not_found when the folder lacks one of its files; invalid_input for a card that cannot be used
 */
export async function readStudent(folder: URL): Promise<StudentFiles> {
  const read = async (name: string) => {
    try {
      return await readAsset(new URL(name, folder));
    } catch (cause) {
      throw new ChelatedError('not_found', `student folder ${folder} has no readable ${name}`, { cause });
    }
  };
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const card = await text('card.json');
  const { teacher, gate: gateHash } = readStudentCard(card);
  const [tokenizer, table, basis, gate] = await Promise.all([
    text('tokenizer.json'),
    read('table.safetensors'),
    teacher && read('basis.safetensors'),
    gateHash !== undefined && read('gate.safetensors'),
  ]);
  return { card, tokenizer, table, ...(basis && { basis }), ...(gate && { gate }) };
}
