import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Encoder } from './encoder.ts';
import { libraryTokenizer } from './library-tokenizer.ts';
import { readSafetensors, type SafeTensor } from './safetensors.ts';
import { staticEncoder } from './static-encoder.ts';
import type { StaticTable } from './static-table.ts';
import { readStudentCard, type StudentCard } from './student-card.ts';

/** The files of a student folder. `table` has embeddings I8 (V, d), scales F32 (V) and weights F16 or F32 (V), or embeddings F32 without scales. */
export interface StudentFiles {
  readonly card: string; // card.json
  readonly tokenizer: string; // tokenizer.json
  readonly table: Uint8Array; // table.safetensors
}

/**
 * A static student from the contents of its folder: no file system, for bundles and edges.
 *
 * @throws {ChelatedError} invalid_input, dtype_unsupported, shape_mismatch when a file is not what the card says
 */
export async function staticStudent(files: StudentFiles, kernels: Kernels): Promise<Encoder> {
  const card = readStudentCard(files.card);
  const hash = await fingerprint(files.table);
  if (hash !== card.table) {
    throw new ChelatedError(
      'invalid_input',
      `table of student ${card.id} is not the one of its card; copy the whole folder again`,
    );
  }
  const table = readTable(files.table, card);
  const tokenizer = await libraryTokenizer(files.tokenizer);
  return staticEncoder({ id: card.id, revision: card.revision, table, tokenizer }, kernels);
}

function readTable(bytes: Uint8Array, { id, dims, vocabularySize }: StudentCard): StaticTable {
  const { tensors } = readSafetensors(bytes, `table of student ${id}`);
  const take = (name: string, shape: number[]): SafeTensor => {
    const tensor = tensors.get(name);
    if (tensor && String(tensor.shape) === String(shape)) return tensor;
    const got = tensor ? `[${tensor.shape}]` : 'none';
    throw new ChelatedError('shape_mismatch', `student ${id}: expected ${name} of shape [${shape}], got ${got}`);
  };
  const { data } = take('embeddings', [vocabularySize, dims]);
  const weights = Float32Array.from(take('weights', [vocabularySize]).data);
  if (data instanceof Float32Array) return { rows: { rows: vocabularySize, dims, data }, weights };
  const scales = Float32Array.from(take('scales', [vocabularySize]).data);
  return { rows: { rows: vocabularySize, dims, data, scales }, weights };
}
