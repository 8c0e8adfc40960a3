import type { AdapterKind } from '../adapter/card.ts';
import { tokenRows } from '../adapter/token-rows.ts';
import { withCandidate } from '../distil/candidate.ts';
import { distil } from '../distil/distil.ts';
import type { DistilResult } from '../distil/distil-options.ts';
import { stackRows } from '../distil/stack-rows.ts';
import type { Encoder } from '../encode/encoder.ts';
import { staticEncoder } from '../encode/static-encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { matrix } from '../matrix.ts';
import type { Collection, Sides } from './collection.ts';

/** A fit that can be used on any collection. */
export interface TransferFit {
  readonly result: DistilResult;
  /** What it was fitted for: the student, or the student as an earlier fit has changed it. */
  readonly student: Encoder;
  correct(collection: Collection): Promise<Sides>;
  /** Frees what the fit made for itself. */
  dispose(): void;
}

/** Fits one adapter on the documents of all the collections together, whatever the gate says. */
export async function fitTogether(
  collections: readonly Collection[],
  adapter: AdapterKind,
  student: Encoder = collections[0]!.encoder,
): Promise<TransferFit> {
  const [{ kernels, teacher, seed }] = collections as [Collection];
  const result = await distil({
    documents: {
      ids: collections.flatMap(({ name, ids }) => ids.map((id) => `${name}/${id}`)),
      texts: collections.flatMap(({ texts }) => texts),
    },
    student,
    teacherVectors: stackRows(...collections.map(({ taught }) => taught.documents)),
    teacherId: teacher,
    kernels,
    adapter,
    seed,
    // A map with a bias is no table of tokens, which the next fit of a sequence starts from.
    choice: { intercept: false },
    force: true,
  });
  const correct = ({ texts, data }: Collection) =>
    withCandidate(kernels, { table: student.table ?? null }, result, async (adapter) => {
      const through = async (texts: readonly string[], role: 'document' | 'query') => {
        const { vectors, tokens } = await student.encode(texts, { role });
        return adapter.correct({ vectors, tokens: tokens ?? student.tokenize(texts) });
      };
      const queries = data.queries.map(({ text }) => text);
      return { documents: await through(texts, 'document'), queries: await through(queries, 'query') };
    });
  return { result, student, correct, dispose: () => {} };
}

/**
 * Goes on from a fit with other documents alone: its corrected token table is the student of the next fit, so that the
 * documents it was fitted on are known from nothing else.
 */
export async function fitNext(
  { result, student }: TransferFit,
  next: Collection,
  adapter: AdapterKind,
): Promise<TransferFit> {
  const corrected = await correctedStudent(next.kernels, student, result);
  return { ...(await fitTogether([next], adapter, corrected)), dispose: () => corrected.dispose() };
}

async function correctedStudent(kernels: Kernels, student: Encoder, { parts, card }: DistilResult): Promise<Encoder> {
  const { table, tokenizer } = student;
  if (table?.wordBuckets) {
    const message = `a fit that goes on from another starts from one row a token, and ${student.id} has tokens without one; use static`;
    throw new ChelatedError('invalid_input', message);
  }
  const rows = tokenRows(table!, parts, kernels);
  const basis = matrix(rows.dims, rows.dims);
  for (let i = 0; i < rows.dims; i++) basis.data[i * rows.dims + i] = 1;
  const teacher = { teacher: card.teacher ?? '', teacherFingerprint: '', basis, centre: parts.teacher!.mean };
  const model = { id: `${student.id}, corrected`, revision: '', tokenizer };
  return staticEncoder({ ...model, table: { rows, weights: table!.weights }, teacherSpace: teacher }, kernels);
}
