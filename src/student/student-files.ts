import { quantise } from '../adapter/quantise.ts';
import { type ContextGate, writeGate } from '../encode/context-gate.ts';
import { type SafeTensor, writeSafetensors } from '../encode/safetensors.ts';
import type { StudentFiles } from '../encode/static-student.ts';
import type { StudentCard } from '../encode/student-card.ts';
import { type TeacherSpace, writeBasis } from '../encode/teacher-space.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Matrix } from '../matrix.ts';

/** Number types of a table's rows. */
export const tableDtypes = ['int8', 'f16', 'f32'] as const;
export type TableDtype = (typeof tableDtypes)[number];

export interface StudentFilesInput {
  readonly id: string;
  readonly revision: string;
  readonly rows: Matrix; // (V, d)
  readonly weights: Float32Array; // (V)
  readonly dtype: TableDtype;
  readonly gate?: ContextGate | null;
  readonly teacherSpace?: TeacherSpace;
  /** Words and pairs of words are further tokens, in 2^this buckets; none unless named. */
  readonly wordBucketBits?: number;
  /** The teacher's own; what cuts, pads and surrounds a text is taken out. */
  readonly tokenizerJson: string;
  readonly provenance: StudentCard['provenance'];
}

/** The files of a student folder. The same numbers give the same bytes. */
export async function studentFiles(input: StudentFilesInput): Promise<StudentFiles> {
  const { id, revision, rows, weights, teacherSpace, wordBucketBits, provenance } = input;
  const table = writeSafetensors({
    ...rowTensors(rows, input.dtype),
    weights: { dtype: 'F16', shape: [rows.rows], data: weights },
  });
  const basis = teacherSpace && writeBasis(teacherSpace);
  const gate = input.gate && writeGate(input.gate);
  const card: StudentCard = {
    formatVersion: 1,
    ...{ id, revision, dims: rows.dims, vocabularySize: rows.rows },
    ...(wordBucketBits !== undefined && { wordBucketBits }),
    table: await fingerprint(table),
    ...(teacherSpace &&
      basis && {
        teacher: {
          id: teacherSpace.teacher,
          fingerprint: teacherSpace.teacherFingerprint,
          basis: await fingerprint(basis),
        },
      }),
    ...(gate && { gate: await fingerprint(gate) }),
    provenance,
  };
  return {
    card: `${JSON.stringify(card, null, 2)}\n`,
    tokenizer: bareTokenizer(input.tokenizerJson),
    table,
    ...(basis && { basis }),
    ...(gate && { gate }),
  };
}

function rowTensors(rows: Matrix, dtype: TableDtype): Record<string, SafeTensor> {
  const shape = [rows.rows, rows.dims];
  if (dtype === 'f16') return { embeddings: { dtype: 'F16', shape, data: rows.data } };
  if (dtype === 'f32') return { embeddings: { dtype: 'F32', shape, data: rows.data } };
  const { data, scales } = quantise(rows);
  return { embeddings: { dtype: 'I8', shape, data }, scales: { dtype: 'F32', shape: [rows.rows], data: scales } };
}

/** What decides the ids of a text, without what a model does around them. */
function bareTokenizer(json: string): string {
  const { normalizer, pre_tokenizer, added_tokens, model, version } = JSON.parse(json);
  return JSON.stringify({
    ...{ version, truncation: null, padding: null, added_tokens, normalizer, pre_tokenizer },
    ...{ post_processor: null, decoder: null, model },
  });
}
