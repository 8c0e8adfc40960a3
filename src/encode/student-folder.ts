import { fileURLToPath, pathToFileURL } from 'node:url';
import { readStudent } from './read-student.ts';
import type { StudentFiles } from './static-student.ts';

/** Folder of the student that is shipped: the same two steps up from src/encode and from dist/encode. */
export function shippedStudent(): string {
  return fileURLToPath(new URL('../../assets/student/', import.meta.url));
}

/** @throws {ChelatedError} what `readStudent` throws */
export function readStudentFolder(folder: string): Promise<StudentFiles> {
  return readStudent(pathToFileURL(`${folder}/`));
}
