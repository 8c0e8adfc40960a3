import type { Dataset } from '../evaluate/dataset.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import { countRelevant, type Grades } from '../evaluate/metrics.ts';
import type { RankedList, Run } from '../evaluate/ranking.ts';
import { type RunScores, scoreRun } from '../evaluate/score-run.ts';

/** Documents in two halves: a fit on either one leaves the other out, so that each document is left out once. */
export type Halves = readonly [readonly number[], readonly number[]];

/** Halves of whole groups: the largest group first, each into the half that has fewer documents. */
export function halvesOf(groups: readonly (readonly number[])[]): Halves {
  const halves: [number[], number[]] = [[], []];
  for (const group of groups.toSorted((a, b) => b.length - a.length)) {
    halves[halves[1].length < halves[0].length ? 1 : 0].push(...group);
  }
  return [halves[0].sort((a, b) => a - b), halves[1].sort((a, b) => a - b)];
}

/** A query as it is judged by documents that are left out. */
export interface LeftOutQuery {
  readonly id: string;
  /** The half that most of its relevant documents are in; where both have as many, the first. */
  readonly half: 0 | 1;
  /** Share of its relevant documents that are in it. */
  readonly share: number;
}

/** Every judged query, in the order of its file. */
export function leftOutQueries(data: Dataset, halves: Halves): LeftOutQuery[] {
  const [first, second] = idsOf(data, halves);
  return judgedQueries(data).map((i) => {
    const { id } = data.queries[i]!;
    const grades = data.judgements.get(id)!;
    const [inFirst, inSecond] = [first, second].map((ids) => countRelevant(only(grades, (d) => ids!.has(d))));
    const half = inSecond! > inFirst! ? 1 : 0;
    return { id, half, share: Math.max(inFirst!, inSecond!) / countRelevant(grades) };
  });
}

/**
 * Scores each query by the relevant documents of its half alone: those of the other half are taken out of its ranking and
 * its judgements, so that finding what a fit has seen neither helps nor harms (residual-collection evaluation, Salton &
 * Buckley 1990). `runs[h]` is what the queries of half h are searched in.
 */
export function scoreLeftOut(data: Dataset, halves: Halves, runs: readonly [Run, Run]): RunScores {
  const ids = idsOf(data, halves);
  const run = new Map<string, RankedList>();
  const judgements = new Map<string, Grades>();
  for (const { id, half } of leftOutQueries(data, halves)) {
    const grades = data.judgements.get(id)!;
    const other = ids[1 - half]!;
    const isTaken = (document: string) => (grades.get(document) ?? 0) > 0 && other.has(document);
    const list = runs[half].get(id)!;
    const kept = list.ids.flatMap((document, i) => (isTaken(document) ? [] : [i]));
    run.set(id, { ids: kept.map((i) => list.ids[i]!), scores: Float32Array.from(kept, (i) => list.scores[i]!) });
    judgements.set(
      id,
      only(grades, (document) => !isTaken(document)),
    );
  }
  return scoreRun(run, judgements);
}

/**
 * What each half's queries are searched with, of what was made from either half: from the other one, which has nothing of
 * them (`others`), or from their own (`these`). For `scoreLeftOut`.
 */
export function bySeen<T>(onFirst: T, onSecond: T): Readonly<Record<'others' | 'these', readonly [T, T]>> {
  return { others: [onSecond, onFirst], these: [onFirst, onSecond] };
}

const idsOf = ({ documents }: Dataset, halves: Halves) =>
  halves.map((half) => new Set(half.map((i) => documents[i]!.id)));

const only = (grades: Grades, keep: (document: string) => boolean): Grades =>
  new Map([...grades].filter(([document]) => keep(document)));
