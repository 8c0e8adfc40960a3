/** Grade of each judged document of one query. A document that is not in it counts as 0; relevant is a grade above 0. */
export type Grades = ReadonlyMap<string, number>;

/**
 * Normalised discounted cumulative gain of the first k.
 *
 *   DCG@k = Σ_{i<k} max(0, gradeᵢ) / log₂(i + 2), divided by that of the ideal ranking
 *
 * Edge    the ideal comes from all judgements of the query, retrieved or not; no relevant document gives 0
 * Source  Järvelin & Kekäläinen 2002, as trec_eval's ndcg_cut (gain = grade, not 2^grade − 1)
 *
 * @example
 * ndcg(['b', 'a'], new Map([['a', 1]]), 10).toFixed(4); // => '0.6309'
 */
export function ndcg(ranking: readonly string[], grades: Grades, k: number): number {
  const ideal = Array.from(grades.values()).sort((a, b) => b - a);
  const best = discountedGain(ideal, k);
  if (best === 0) return 0;
  return (
    discountedGain(
      ranking.slice(0, k).map((id) => grades.get(id) ?? 0),
      k,
    ) / best
  );
}

/** Share of the relevant documents that are among the first k; 0 when none is relevant. trec_eval's recall_k. */
export function recall(ranking: readonly string[], grades: Grades, k: number): number {
  const relevant = countRelevant(grades);
  return relevant === 0 ? 0 : hits(ranking, grades, k) / relevant;
}

/** Share of relevant documents among the first k; divided by k also when fewer were retrieved. trec_eval's P_k. */
export function precision(ranking: readonly string[], grades: Grades, k: number): number {
  return hits(ranking, grades, k) / k;
}

/** 1 / rank of the first relevant document, 0 when it is not among the first k. trec_eval's recip_rank has no k. */
export function reciprocalRank(ranking: readonly string[], grades: Grades, k = ranking.length): number {
  const at = ranking.slice(0, k).findIndex((id) => isRelevant(grades, id));
  return at < 0 ? 0 : 1 / (at + 1);
}

/** Mean over all relevant documents of the precision at their rank, 0 for those not retrieved. trec_eval's map. */
export function averagePrecision(ranking: readonly string[], grades: Grades): number {
  const relevant = countRelevant(grades);
  let found = 0;
  let sum = 0;
  ranking.forEach((id, i) => {
    if (isRelevant(grades, id)) sum += ++found / (i + 1);
  });
  return relevant === 0 ? 0 : sum / relevant;
}

/** How many documents are relevant. */
export function countRelevant(grades: Grades): number {
  let count = 0;
  for (const grade of grades.values()) if (grade > 0) count++;
  return count;
}

const isRelevant = (grades: Grades, id: string) => (grades.get(id) ?? 0) > 0;

const hits = (ranking: readonly string[], grades: Grades, k: number) =>
  ranking.slice(0, k).filter((id) => isRelevant(grades, id)).length;

function discountedGain(grades: readonly number[], k: number): number {
  let sum = 0;
  for (let i = 0; i < Math.min(k, grades.length); i++) sum += Math.max(0, grades[i]!) / Math.log2(i + 2);
  return sum;
}
