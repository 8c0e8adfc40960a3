import { mixDocuments } from '../adapter/mix-documents.ts';
import type { DocumentSide } from '../evaluate/advise-documents.ts';
import { bootstrap } from '../evaluate/bootstrap.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { JudgedFigures } from '../evaluate/gate.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import { pairedSignal } from '../evaluate/paired-signal.ts';
import type { Matrix } from '../matrix.ts';
import { type Candidate, withCandidate } from './candidate.ts';
import type { JudgeInput } from './judge-fit.ts';

/**
 * Judged nDCG of the student and of a candidate over the usable documents, and how sure the difference is.
 *
 * Queries search the candidate's corrected documents, or with `side` their mean with the teacher's own, where it has any.
 * `rows` are the positions of the usable documents in the dataset; the others count as not found.
 */
export async function judgeQueries(
  { kernels, corpus, student, seed, signal }: JudgeInput,
  dataset: Dataset,
  rows: Uint32Array,
  candidate: Candidate,
  side: DocumentSide = 'corrected',
): Promise<JudgedFigures> {
  const queryPositions = judgedQueries(dataset);
  const texts = queryPositions.map((position) => dataset.queries[position]!.text);
  const encoded = await student.encode(texts, {
    role: 'query',
    positions: queryPositions,
    ids: queryPositions.map((position) => dataset.queries[position]!.id),
    ...(signal ? { signal } : {}),
  });
  const tokens = encoded.tokens ?? student.tokenize(texts);
  const usable: Dataset = { ...dataset, documents: Array.from(rows, (position) => dataset.documents[position]!) };
  const score = (documents: Matrix, queries: Matrix) =>
    Float64Array.from(
      evaluate({ dataset: usable, kernels, documents, queries, queryPositions }).perQuery,
      (figures) => figures['ndcg@10'],
    );
  const before = score(corpus.X, encoded.vectors);
  return withCandidate(kernels, corpus, candidate, async (adapter) => {
    const corrected = await adapter.correct({ vectors: corpus.X, tokens: corpus.bags });
    const documents =
      side === 'mixed' && corpus.T ? mixDocuments(kernels, corrected, adapter.alignTeacher(corpus.T)) : corrected;
    const after = score(documents, await adapter.correct({ vectors: encoded.vectors, tokens }));
    const { low, high } = bootstrap(before, after, { seed });
    return { ...pairedSignal(before, after), low, high };
  });
}
