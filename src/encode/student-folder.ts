import { fileURLToPath, pathToFileURL } from 'node:url';
import { config } from '../config.ts';
import { readStudent } from './read-student.ts';
import type { StudentFiles } from './static-student.ts';
import { withWordBuckets } from './with-word-buckets.ts';

/** Folder of the student that is shipped: the same two steps up from src/encode and from dist/encode. */
export function shippedStudent(): string {
  return fileURLToPath(new URL('../../assets/student/', import.meta.url));
}

/** Whether a user's name is that of a student that comes with the package. */
export const isShipped = (id: string): boolean => id === config.student || id === config.words.student;

/**
 * The files of the static student that a user names: one that comes with the package, or a folder.
 *
 * @throws {ChelatedError} what `readStudent` throws
 */
export async function readNamedStudent(id: string): Promise<StudentFiles> {
  if (!isShipped(id)) return readStudentFolder(id);
  const files = await readStudentFolder(shippedStudent());
  return id === config.words.student ? withWordBuckets(files) : files;
}

/** @throws {ChelatedError} what `readStudent` throws */
export function readStudentFolder(folder: string): Promise<StudentFiles> {
  return readStudent(pathToFileURL(`${folder}/`));
}
