import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { ModuleSource } from '../kernels/instantiate.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type ContextGate, readGate } from './context-gate.ts';
import { embeddingRows } from './embedding-rows.ts';
import type { Encoder } from './encoder.ts';
import { openTokenizer } from './open-tokenizer.ts';
import { readSafetensors } from './safetensors.ts';
import { staticEncoder } from './static-encoder.ts';
import type { StaticTable } from './static-table.ts';
import { readStudentCard, type StudentCard } from './student-card.ts';
import { readBasis, type TeacherSpace } from './teacher-space.ts';

/** The files of a student folder. The table has `embeddings` (V, d) as `embeddingRows` reads them, and `weights` (V). */
export interface StudentFiles {
  readonly card: string; // card.json
  readonly tokenizer: string; // tokenizer.json
  readonly table: Uint8Array; // table.safetensors
  readonly basis?: Uint8Array; // basis.safetensors, where the card names a teacher
  readonly gate?: Uint8Array; // gate.safetensors, where the card names one
}

/**
 * A static student from the contents of its folder: no file system, for bundles and edges. Hosts that cannot compile
 * bytes pass the WordPiece module too (`chelated/wordpiece.wasm`).
 *
 * @throws {ChelatedError} invalid_input, dtype_unsupported, shape_mismatch when a file is not what the card says; wasm_unavailable
 */
export async function staticStudent(files: StudentFiles, kernels: Kernels, wordPiece?: ModuleSource): Promise<Encoder> {
  const card = readStudentCard(files.card);
  const hash = await fingerprint(files.table);
  if (hash !== card.table) {
    throw new ChelatedError(
      'invalid_input',
      `table of student ${card.id} is not the one of its card; copy the whole folder again`,
    );
  }
  const table = readTable(files.table, card);
  const tokenizer = await openTokenizer(files.tokenizer, wordPiece, card.wordBucketBits);
  const teacherSpace = await readTeacherSpace(files.basis, card);
  const gate = await readItsGate(files.gate, card);
  return staticEncoder({ id: card.id, revision: card.revision, table, tokenizer, gate, teacherSpace }, kernels);
}

async function readItsGate(gate: Uint8Array | undefined, card: StudentCard): Promise<ContextGate | undefined> {
  if (card.gate === undefined) return undefined;
  await checkHash('gate.safetensors', gate, card.gate, card);
  return readGate(gate!, card.dims, `gate of student ${card.id}`);
}

async function checkHash(file: string, bytes: Uint8Array | undefined, hash: string, { id }: StudentCard) {
  if (bytes && (await fingerprint(bytes)) === hash) return;
  const got = bytes ? 'another one' : 'none';
  throw new ChelatedError(
    'invalid_input',
    `student ${id}: expected the ${file} of its card, got ${got}; copy the whole folder again`,
  );
}

async function readTeacherSpace(basis: Uint8Array | undefined, card: StudentCard): Promise<TeacherSpace | undefined> {
  if (!card.teacher) return undefined;
  await checkHash('basis.safetensors', basis, card.teacher.basis, card);
  const { id: teacher, fingerprint: teacherFingerprint } = card.teacher;
  return { teacher, teacherFingerprint, ...readBasis(basis!, card.dims, `basis of student ${card.id}`) };
}

function readTable(bytes: Uint8Array, card: StudentCard): StaticTable {
  const { id, dims, vocabularySize, wordBucketBits } = card;
  const name = `table of student ${id}`;
  const file = readSafetensors(bytes, name);
  const rows = embeddingRows(file, name);
  const weights = file.tensors.get('weights')?.data;
  if (rows.rows !== vocabularySize || rows.dims !== dims || !(weights instanceof Float32Array)) {
    const got = `[${rows.rows}, ${rows.dims}] with ${weights instanceof Float32Array ? weights.length : 'no'} weights`;
    throw new ChelatedError(
      'shape_mismatch',
      `${name}: its card says [${vocabularySize}, ${dims}] and weights, got ${got}`,
    );
  }
  return { rows, weights, ...(wordBucketBits && { wordBuckets: 2 ** wordBucketBits }) };
}
