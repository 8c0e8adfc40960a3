import { stat } from 'node:fs/promises';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Encoder } from './encoder.ts';
import { isModelFolder } from './onnx/model-folder.ts';
import type { OnnxEncoderOptions } from './onnx/open-transformer.ts';
import { openTokenizer } from './open-tokenizer.ts';
import { staticStudent } from './static-student.ts';
import { isShipped, readNamedStudent, readStudentFolder, shippedStudent, shippedStudents } from './student-folder.ts';
import type { Tokenizer } from './tokenizer.ts';
import { vectorEncoder } from './vector-encoder.ts';
import { readVectorFile } from './vector-files.ts';

export interface OpenOptions {
  readonly kernels: Kernels;
  /** For transformers: weights, pooling, prompts, length, threads. */
  readonly onnx?: OnnxEncoderOptions;
}

const vectorScheme = 'vectors:';
const openAiScheme = 'openai:';

/**
 * Opens an encoder by what a user calls it: `static` (the shipped student), `static-words` (the same with words and pairs of
 * words as further tokens), `static-plain` (without its context gate), the path of a student folder,
 * `vectors:DOCUMENTS[,QUERIES]` (.npy or .safetensors files), `openai:MODEL[@BASE_URL]`, or a transformer: a model
 * folder, the name of one below CHELATED_MODELS, or a hub id.
 *
 * @throws {ChelatedError} not_found for an id that is none of these, and what opening the one it is throws
 */
export async function openEncoder(id: string, { kernels, onnx }: OpenOptions): Promise<Encoder> {
  if (isShipped(id)) return staticStudent(await readNamedStudent(id), kernels);
  if (id.startsWith(vectorScheme)) return openVectors(id, kernels);
  if (id.startsWith(openAiScheme)) {
    const { openOpenAi } = await import('./openai/open-openai.ts');
    return openOpenAi(id, await shippedTokenizer(), kernels);
  }
  if ((await isFolder(id)) && !(await isModelFolder(id))) return staticStudent(await readStudentFolder(id), kernels);
  // What only these need is loaded with them.
  const [{ findModel }, { onnxEncoder }] = await Promise.all([
    import('./onnx/find-model.ts'),
    import('./onnx/onnx-encoder.ts'),
  ]);
  const model = await findModel(id).catch((error: unknown) => {
    if (!(error instanceof ChelatedError) || error.code !== 'not_found') throw error;
    const others = `${shippedStudents.join(', ')}, the path of a student folder, ${vectorScheme}DOCUMENTS.npy[,QUERIES.npy], ${openAiScheme}MODEL`;
    throw new ChelatedError('not_found', `${error.message}; encoders are also ${others}`, { cause: error });
  });
  return onnxEncoder(model, kernels, onnx);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function shippedTokenizer(): Promise<Tokenizer> {
  return openTokenizer((await readStudentFolder(shippedStudent())).tokenizer);
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
  const source = { id, model: documents!.model, documents: documents!, queries };
  return vectorEncoder(source, await shippedTokenizer(), kernels);
}
