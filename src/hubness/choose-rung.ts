import { inverseCloze } from '../evaluate/inverse-cloze.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import type { HubnessInput } from './correction.ts';
import type { Rung, RungSettings } from './ladder.ts';

/** Parts of documents as queries, as a space sees them. */
export interface PseudoVectors {
  readonly segments: Matrix; // (m, d) unit rows
  /** The documents without their segment. */
  readonly rests: Matrix; // (m, d) unit rows
  /** The row of the documents that segment i was taken out of; no document twice. */
  readonly source: ArrayLike<number>;
}

export interface ChosenRung {
  readonly settings: RungSettings;
  /** Mean nDCG@10 of the judging half of the pseudo-queries. */
  readonly score: number;
}

/**
 * Chooses a rung's settings by how well a part of a document finds it. Half of the pseudo-queries are the bank, the other
 * half judge; of equals the first of the grid stays.
 */
export function chooseRung(
  { kernels, documents, seed }: Omit<HubnessInput, 'bank'>,
  { grid, fit }: Rung,
  pseudo: PseudoVectors,
): ChosenRung {
  const [judging, banked] = halves(pseudo.segments.rows);
  const source = judging.map((i) => pseudo.source[i]!);
  const without = replaceRows(documents, source, pickRows(pseudo.rests, judging));
  const bank = pickRows(pseudo.segments, banked);
  const asked = pickRows(pseudo.segments, judging);
  let best: ChosenRung | null = null;
  for (const settings of grid) {
    const correction = fit({ kernels, documents: without, bank, seed }, settings);
    const score = meanCloze(kernels, correction.documents, correction.queries(asked), source);
    if (best === null || score > best.score) best = { settings, score };
  }
  return best ?? { settings: {}, score: 0 };
}

function meanCloze(kernels: Kernels, documents: Matrix, sentences: Matrix, source: readonly number[]): number {
  const rests = matrix(0, documents.dims);
  const scores = inverseCloze(kernels, { documents, sentences, rests, source });
  return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
}

function halves(count: number): [number[], number[]] {
  const all = Array.from({ length: count }, (_, i) => i);
  return [all.filter((i) => i % 2 === 0), all.filter((i) => i % 2 === 1)];
}

function replaceRows(X: Matrix, at: readonly number[], rows: Matrix): Matrix {
  const replaced = matrix(X.rows, X.dims, X.data.slice());
  at.forEach((to, i) => {
    row(replaced, to).set(row(rows, i));
  });
  return replaced;
}
