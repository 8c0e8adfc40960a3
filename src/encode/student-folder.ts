import { fileURLToPath, pathToFileURL } from 'node:url';
import { config } from '../config.ts';
import { readStudent } from './read-student.ts';
import type { StudentFiles } from './static-student.ts';
import { withWordBuckets } from './with-word-buckets.ts';
import { withoutGate } from './without-gate.ts';

/** Folder of the student that is shipped: the same two steps up from src/encode and from dist/encode. */
export function shippedStudent(): string {
  return fileURLToPath(new URL('../../assets/student/', import.meta.url));
}

/** What becomes of the shipped folder's files, by the name that a user gives. */
const shipped: ReadonlyMap<string, (files: StudentFiles) => StudentFiles> = new Map([
  [config.student, (files) => files],
  [config.words.student, (files) => withWordBuckets(files)],
  [config.plainStudent, (files) => withoutGate(files)],
]);

/** The students that come with the package, by name. */
export const shippedStudents: readonly string[] = [...shipped.keys()];

/** Whether a user's name is that of a student that comes with the package. */
export const isShipped = (id: string): boolean => shipped.has(id);

/**
 * The files of the static student that a user names: one that comes with the package, or a folder.
 *
 * @throws {ChelatedError} what `readStudent` throws
 */
export async function readNamedStudent(id: string): Promise<StudentFiles> {
  const variant = shipped.get(id);
  return variant ? variant(await readStudentFolder(shippedStudent())) : readStudentFolder(id);
}

/** @throws {ChelatedError} what `readStudent` throws */
export function readStudentFolder(folder: string): Promise<StudentFiles> {
  return readStudent(pathToFileURL(`${folder}/`));
}
