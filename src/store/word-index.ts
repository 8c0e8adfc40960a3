import { config } from '../config.ts';
import { queryTerms, wordTerms } from '../word-terms.ts';
import type { WordHits } from './store.ts';

/** BM25 of texts in plain memory, for a store without a database: texts come, are replaced and go. */
export class WordIndex {
  /** Of each term the documents that have it, and how often. */
  readonly #postings = new Map<string, Map<number, number>>();
  readonly #terms = new Map<number, readonly string[]>();
  #length = 0;

  put(row: number, text: string | null): void {
    this.delete(row);
    if (text === null) return;
    const terms = wordTerms(text);
    this.#terms.set(row, terms);
    this.#length += terms.length;
    for (const term of terms) {
      const found = this.#postings.get(term) ?? new Map<number, number>();
      found.set(row, (found.get(row) ?? 0) + 1);
      this.#postings.set(term, found);
    }
  }

  delete(row: number): void {
    const terms = this.#terms.get(row);
    if (!terms) return;
    this.#terms.delete(row);
    this.#length -= terms.length;
    for (const term of new Set(terms)) {
      const found = this.#postings.get(term)!;
      found.delete(row);
      if (found.size === 0) this.#postings.delete(term);
    }
  }

  search(query: string, limit: number): WordHits {
    const { k1, b } = config.evaluate.bm25;
    const documents = this.#terms.size;
    const mean = this.#length / documents;
    const scores = new Map<number, number>();
    for (const term of queryTerms(query)) {
      const found = this.#postings.get(term);
      if (!found) continue;
      const idf = Math.max(1e-6, Math.log((documents - found.size + 0.5) / (found.size + 0.5)));
      for (const [row, tf] of found) {
        const length = this.#terms.get(row)!.length;
        const score = (idf * tf * (k1 + 1)) / (tf + k1 * (1 - b + (b * length) / mean));
        scores.set(row, (scores.get(row) ?? 0) + score);
      }
    }
    const best = [...scores].sort(([a, x], [b, y]) => y - x || a - b).slice(0, limit);
    return { rows: best.map(([row]) => row), scores: best.map(([, score]) => score) };
  }
}
