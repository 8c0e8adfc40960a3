import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import { usableDocuments } from '../distil/usable-documents.ts';
import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import { taughtPages } from '../store/pages.ts';
import type { CollectionStore } from '../store/store.ts';
import type { Distiller, Taught } from './distiller.ts';
import { inTime } from './in-time.ts';

export interface TeachInput {
  readonly store: CollectionStore;
  readonly distiller: Distiller;
  readonly teacher: string;
  /** Milliseconds for one batch. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onShare: (share: number) => void;
  /** Told of each batch that was kept: rows of documents that have a vector now. */
  readonly onTaught: (rows: readonly number[]) => Promise<void>;
}

export interface TeachResult {
  readonly taught: number;
  /** Why the teacher was given up, if it was; what it had said until then is kept. */
  readonly failure: string | null;
}

/**
 * Asks the teacher for the documents that it has no vector for yet, and keeps each batch: what was paid for once is not asked
 * again. Documents without a text, and those that the teacher fails on, stay without a vector.
 */
export async function teach(input: TeachInput): Promise<TeachResult> {
  const { store, teacher, signal, onShare } = input;
  const rows = Array.from(await store.untaught(teacher));
  let taught = 0;
  for (let from = 0; from < rows.length; from += config.engine.teacherBatch) {
    signal.throwIfAborted();
    const { faces } = await store.batch(rows.slice(from, from + config.engine.teacherBatch));
    const texts = faces.filter((face) => face.text !== null);
    if (texts.length > 0) {
      try {
        const said = await askInTime(
          input,
          texts.map(({ id }) => id),
          texts.map(({ text }) => text!),
        );
        const usable = await usableRows(input, said);
        const kept = usable.map((i) => texts[i]!.row);
        if (kept.length > 0) {
          await store.putTeacherVectors(teacher, {
            rows: Uint32Array.from(kept),
            vectors: pickRows(said.vectors, usable),
          });
          await input.onTaught(kept);
        }
        taught += kept.length;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ChelatedError && error.code === 'storage_failed') throw error;
        return { taught, failure: error instanceof Error ? error.message : String(error) };
      }
    }
    onShare(Math.min(1, (from + config.engine.teacherBatch) / rows.length));
  }
  return { taught, failure: null };
}

function askInTime(
  { distiller, teacher, timeoutMs, signal }: TeachInput,
  ids: string[],
  texts: string[],
): Promise<Taught> {
  const late = `teacher ${teacher} gave no answer for ${texts.length} texts within ${timeoutMs} ms`;
  return inTime({ ms: timeoutMs, signal, late }, (within) =>
    distiller.teach(teacher, { ids, texts }, { signal: within }),
  );
}

/** Positions of the rows that are a vector: as wide as what this teacher said before, finite, not zero. */
async function usableRows({ store, teacher }: TeachInput, { vectors, failed }: Taught): Promise<number[]> {
  const known = await store.teacherVectors(teacher, 0, 1);
  if (known.rows.length > 0 && known.vectors.dims !== vectors.dims) {
    const message = `teacher ${teacher} gives vectors of d=${vectors.dims}, what it said before has d=${known.vectors.dims}; give the new model another id`;
    throw new ChelatedError('backend_failed', message);
  }
  const usable = Array.from(usableDocuments(vectors.rows, { vectors, failed }).rows);
  if (usable.length === 0) {
    throw new ChelatedError('backend_failed', `teacher ${teacher} gave no usable vector for ${vectors.rows} texts`);
  }
  return usable;
}

/** All of a teacher's vectors as a matrix over the rows given, ascending; zero rows where it has none, null where it has none at all. */
export async function taughtMatrix(
  store: CollectionStore,
  teacher: string,
  rows: readonly number[],
): Promise<{ vectors: Matrix; known: number } | null> {
  let vectors: Matrix | null = null;
  let known = 0;
  let at = 0; // both ascend
  for await (const batch of taughtPages(store, teacher, config.engine.sliceDocuments)) {
    vectors ??= matrix(rows.length, batch.vectors.dims);
    for (let i = 0; i < batch.rows.length; i++) {
      while (at < rows.length && rows[at]! < batch.rows[i]!) at++;
      if (rows[at] !== batch.rows[i]) continue;
      row(vectors, at).set(row(batch.vectors, i));
      known++;
    }
    await breathe();
  }
  return vectors && { vectors, known };
}
