import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type RankedList, type Run, rank } from './ranking.ts';

/** How ranked lists of one query become one. */
export const fusions = ['reciprocal-rank', 'z-score'] as const;
export type Fusion = (typeof fusions)[number];

export interface FuseOptions {
  readonly method?: Fusion;
  /** One a list, ≥ 0; corrected vectors first, BM25 second, where none are given for two lists. */
  readonly weights?: readonly number[];
  /** Documents that are kept. */
  readonly k?: number;
}

/**
 * One ranked list from several of the same query, such as corrected vectors and BM25.
 *
 *   reciprocal-rank   Σ weight / (60 + rank), nothing from a list that does not have the document
 *   z-score           Σ weight · (score − mean)/deviation, both over the list; a document that a list does not have gets
 *                     the list's lowest
 *
 * Edge    a list without documents says nothing; one whose scores are all alike gives 0
 * Source  Cormack, Clarke & Büttcher 2009 (reciprocal rank, 60); Renda & Straccia 2003 (z-scores)
 * @throws {ChelatedError} invalid_input when there is not one weight ≥ 0 a list
 * @example
 * const vectors = { ids: ['a', 'b', 'c'], scores: Float32Array.of(0.9, 0.5, 0.1) };
 * const words = { ids: ['b', 'c'], scores: Float32Array.of(12, 3) };
 * fuse([vectors, words]).ids; // => ['b', 'a', 'c']
 * fuse([vectors, words], { method: 'reciprocal-rank', weights: [1, 1] }).ids; // => ['b', 'c', 'a']
 */
export function fuse(lists: readonly RankedList[], options: FuseOptions = {}): RankedList {
  const total = fusedScores(lists, options);
  return rank([...total.keys()], [...total.values()], options.k);
}

/** What was found by one side, best first. Whatever names a document there names it in the other lists. */
export interface ScoredList<Id> {
  readonly ids: readonly Id[];
  readonly scores: ArrayLike<number>;
}

/** The score that `fuse` gives each document of any list, in no order. @throws {ChelatedError} invalid_input, as `fuse` */
export function fusedScores<Id>(lists: readonly ScoredList<Id>[], options: FuseOptions = {}): Map<Id, number> {
  const { method = config.fusion.method } = options;
  const weights = options.weights ?? (lists.length === 2 ? config.fusion.weights : lists.map(() => 1));
  if (weights.length !== lists.length || !weights.every((weight) => weight >= 0 && weight < Infinity)) {
    throw new ChelatedError(
      'invalid_input',
      `${lists.length} ranked lists need as many weights of at least 0, got [${weights.join(', ')}]`,
    );
  }
  const total = new Map<Id, number>();
  const points = method === 'z-score' ? zScores : reciprocalRanks;
  const all = new Set(lists.flatMap(({ ids }) => ids));
  lists.forEach((list, i) => {
    const { of, missing } = points(list);
    for (const id of all) total.set(id, (total.get(id) ?? 0) + weights[i]! * (of.get(id) ?? missing));
  });
  return total;
}

/** The same for every query of the first run; a query that another run lacks has an empty list there. */
export function fuseRuns(runs: readonly Run[], options: FuseOptions = {}): Run {
  const none: RankedList = { ids: [], scores: new Float32Array(0) };
  return new Map(
    Array.from(runs[0]?.keys() ?? [], (query) => [
      query,
      fuse(
        runs.map((run) => run.get(query) ?? none),
        options,
      ),
    ]),
  );
}

interface Points<Id> {
  readonly of: ReadonlyMap<Id, number>;
  readonly missing: number;
}

function reciprocalRanks<Id>({ ids }: ScoredList<Id>): Points<Id> {
  return { of: new Map(ids.map((id, i) => [id, 1 / (config.fusion.rankConstant + i + 1)])), missing: 0 };
}

function zScores<Id>({ ids, scores: given }: ScoredList<Id>): Points<Id> {
  const scores = Array.from(given);
  const n = Math.max(1, ids.length);
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / n);
  const z = scores.map((score) => (deviation > 0 ? (score - mean) / deviation : 0));
  return { of: new Map(ids.map((id, i) => [id, z[i]!])), missing: z.at(-1) ?? 0 };
}
