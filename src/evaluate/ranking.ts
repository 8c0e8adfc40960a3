import { ChelatedError } from '../errors.ts';

/** What one query retrieved, best first: `ids[i]` has the score `scores[i]`. */
export interface RankedList {
  readonly ids: readonly string[];
  readonly scores: Float32Array;
}

/** Ranked lists by query id. */
export type Run = ReadonlyMap<string, RankedList>;

/**
 * Puts retrieved documents in trec_eval's order: score descending, ties by document id descending.
 *
 * Unit    scores are compared as f32, since trec_eval reads them so: two that differ only beyond f32 are a tie
 * Edge    ids are compared by their UTF-8 bytes (as strcmp does); of a repeated id the best-ranked occurrence stays
 * Source  trec_eval 9, form_res_rels.c
 *
 * @throws {ChelatedError} shape_mismatch when counts differ, not_finite on NaN
 * @example
 * rank(['a', 'b', 'c'], [0.5, 0.9, 0.5]).ids; // => ['b', 'c', 'a']
 */
export function rank(ids: readonly string[], scores: ArrayLike<number>, k = Number.POSITIVE_INFINITY): RankedList {
  if (ids.length !== scores.length) {
    throw new ChelatedError(
      'shape_mismatch',
      `a ranking needs one score per id, got ${ids.length} ids and ${scores.length} scores`,
    );
  }
  const rounded = Float32Array.from(scores);
  const nan = rounded.findIndex(Number.isNaN);
  if (nan >= 0)
    throw new ChelatedError('not_finite', `the score of document "${ids[nan]}" is NaN; a ranking needs numbers`);
  const order = Array.from(ids, (_, i) => i).sort(
    (i, j) => compareScores(rounded[j]!, rounded[i]!) || compareIds(ids[j]!, ids[i]!),
  );
  const seen = new Set<string>();
  const kept: number[] = [];
  for (const i of order) {
    if (kept.length >= k) break;
    if (seen.size < seen.add(ids[i]!).size) kept.push(i);
  }
  return { ids: kept.map((i) => ids[i]!), scores: Float32Array.from(kept, (i) => rounded[i]!) };
}

/** The list without the document whose id is `id`: a query that is itself a document must not find itself. */
export function withoutId(list: RankedList, id: string): RankedList {
  const at = list.ids.indexOf(id);
  if (at < 0) return list;
  return { ids: list.ids.toSpliced(at, 1), scores: list.scores.filter((_, i) => i !== at) };
}

// Not a subtraction: ∞ − ∞ is NaN.
const compareScores = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);

/** By UTF-8 bytes, which is by code points; JavaScript's own `<` compares UTF-16 units and differs above U+FFFF. */
function compareIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xe000;
