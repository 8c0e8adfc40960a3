import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { wordTerms } from '../word-terms.ts';
import { type Run, rank } from './ranking.ts';
import type { TextRecord } from './text-record.ts';

export interface Bm25Options {
  readonly documents: readonly TextRecord[];
  readonly queries: readonly TextRecord[];
  /** Documents a query. */
  readonly k?: number;
  /** Saturation of term frequency, ≥ 0. */
  readonly k1?: number;
  /** Length normalisation, 0 … 1. */
  readonly b?: number;
}

/**
 * A run of BM25, the row that every embedding is to be compared with.
 *
 *   Σ_t idf(t) · tf·(k₁ + 1) / (tf + k₁·(1 − b + b·length/mean length)),  idf = ln(1 + (N − n + .5)/(n + .5))
 *
 * Words are those of `wordTerms`; one that a query repeats counts each time. Documents that share no word with the query are
 * not in its list.
 *
 * Edge    of repeated document ids the best-ranked is listed; an empty query gives an empty list
 * Source  Robertson & Zaragoza 2009 with the idf that Lucene uses; package wink-bm25-text-search, loaded on the first call
 *
 * @throws {ChelatedError} too_few_documents under three, where the package refuses
 * @example
 * const documents = ['tides rise', 'stars shine', 'moon pulls the tides'].map((text, i) => ({ id: `d${i}`, text }));
 * const run = await bm25({ documents, queries: [{ id: 'q', text: 'the moon and the tide' }] });
 * run.get('q').ids; // => ['d2', 'd0']
 */
export async function bm25(options: Bm25Options): Promise<Run> {
  const { documents, queries, k = config.evaluate.runDepth } = options;
  const { k1 = config.evaluate.bm25.k1, b = config.evaluate.bm25.b } = options;
  if (documents.length < 3) {
    throw new ChelatedError('too_few_documents', `BM25 needs at least 3 documents, got ${documents.length}`);
  }
  const { default: winkBm25 } = await import('wink-bm25-text-search');
  const engine = winkBm25();
  engine.defineConfig({ fldWeights: { text: 1 }, bm25Params: { k1, b, k: 1 } });
  engine.definePrepTasks([wordTerms]);
  for (const [i, { text }] of documents.entries()) engine.addDoc({ text }, i);
  engine.consolidate(decimals);
  return new Map(
    queries.map(({ id, text }) => {
      const found = engine.search(text, documents.length);
      const ids = found.map(([document]) => documents[Number(document)]!.id);
      return [
        id,
        rank(
          ids,
          found.map(([, score]) => score),
          k,
        ),
      ];
    }),
  );
}

/** Decimals that the package keeps of a term's weight, its most. */
const decimals = 9;
