import { config } from '../config.ts';
import type { StudentFiles } from '../encode/static-student.ts';
import { readStudentFolder, shippedStudent } from '../encode/student-folder.ts';

/**
 * The files of the static student that a user names.
 *
 * @throws {ChelatedError} not_found
 */
export function readStaticStudent(id: string): Promise<StudentFiles> {
  return readStudentFolder(id === config.student ? shippedStudent() : id);
}
