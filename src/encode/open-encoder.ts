import { stat } from 'node:fs/promises';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Encoder } from './encoder.ts';
import { libraryTokenizer } from './library-tokenizer.ts';
import { staticStudent } from './static-student.ts';
import { readStudentFolder, shippedStudent } from './student-folder.ts';
import { vectorEncoder } from './vector-encoder.ts';
import { readVectorFile } from './vector-files.ts';

export interface OpenOptions {
  readonly kernels: Kernels;
}

const vectorScheme = 'vectors:';

/**
 * Opens an encoder by what a user calls it: `static` (the shipped student), the path of a student folder, or
 * `vectors:DOCUMENTS[,QUERIES]` (.npy or .safetensors files).
 *
 * @throws {ChelatedError} not_found for an id that is none of these, and what the files' readers throw
 */
export async function openEncoder(id: string, { kernels }: OpenOptions): Promise<Encoder> {
  if (id === config.student) return staticStudent(await readStudentFolder(shippedStudent()), kernels);
  if (id.startsWith(vectorScheme)) return openVectors(id, kernels);
  const isFolder = await stat(id).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return staticStudent(await readStudentFolder(id), kernels);
  const known = `${config.student}, the path of a student folder, or ${vectorScheme}DOCUMENTS.npy[,QUERIES.npy]`;
  throw new ChelatedError('not_found', `no encoder is called ${JSON.stringify(id)}; expected ${known}`);
}

async function openVectors(id: string, kernels: Kernels): Promise<Encoder> {
  const paths = id.slice(vectorScheme.length).split(',');
  if (paths.length > 2 || paths.includes('')) {
    throw new ChelatedError(
      'invalid_input',
      `${id}: expected ${vectorScheme}DOCUMENTS.npy or ${vectorScheme}DOCUMENTS.npy,QUERIES.npy`,
    );
  }
  const [documents, queries] = await Promise.all(paths.map(readVectorFile));
  const tokenizer = await libraryTokenizer((await readStudentFolder(shippedStudent())).tokenizer);
  return vectorEncoder({ id, model: documents!.model, documents: documents!, queries }, tokenizer, kernels);
}
