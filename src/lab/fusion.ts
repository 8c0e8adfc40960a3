import { config } from '../config.ts';
import { withCandidate } from '../distil/candidate.ts';
import { splitDocuments } from '../distil/split-documents.ts';
import { bm25 } from '../evaluate/bm25.ts';
import { fuseRuns, fusions } from '../evaluate/fuse.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import type { Grades } from '../evaluate/metrics.ts';
import { type Run, withoutId } from '../evaluate/ranking.ts';
import { scoreRun } from '../evaluate/score-run.ts';
import { search } from '../evaluate/search.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import { type Collection, openCollection, someDocuments } from './collection.ts';
import { combinations, type Experiment, type LabRow, labCell } from './experiment.ts';
import { fitCollection } from './fit-collection.ts';
import { fusionReport } from './fusion-report.ts';
import { encodePseudo, type PseudoQueries, pseudoQueries } from './pseudo-queries.ts';
import { round, scoreLists, scoreSides } from './score-sides.ts';

/** The weight of vectors beside BM25, from 0 to 1, and what would choose it without a test judgement. */
export const fusion: Experiment = {
  name: 'fusion',
  description: 'weights of vectors and BM25 as one ranking, chosen by passages of held-out documents',
  parameters: ['fusion', 'weight'],
  cells: (setup) =>
    combinations(setup).map((combination) =>
      labCell(combination, [], async () => measure(await openCollection(setup.kernels, combination))),
    ),
  report: fusionReport,
};

const weights = Array.from({ length: 11 }, (_, i) => i / 10);

async function measure(collection: Collection): Promise<LabRow[]> {
  const { data, kernels, name, student, teacher, seed } = collection;
  const facts = { collection: name, student, teacher, seed };
  const byWords = await bm25({
    documents: data.documents,
    queries: judgedQueries(data).map((i) => data.queries[i]!),
  });
  const pseudo = await pseudoRuns(collection);
  const { sides } = await fitCollection(collection, {});
  const byVectors = scoreSides(collection, sides).run;
  const rows: LabRow[] = [
    { ...facts, fusion: 'teacher', weight: 1, ...scoreSides(collection, collection.taught).figures },
  ];
  for (const method of fusions) {
    for (const weight of weights) {
      const together = (vectors: Run, words: Run) =>
        fuseRuns([vectors, words], { method, weights: [weight, 1 - weight], k: config.evaluate.runDepth });
      const asked = together(pseudo.vectors, pseudo.words);
      const others: Run = new Map(Array.from(asked, ([id, list]) => [id, withoutId(list, id)]));
      rows.push({
        ...facts,
        fusion: method,
        weight,
        ...scoreLists(collection, together(byVectors, byWords)),
        cloze: round(scoreRun(asked, pseudo.source)['ndcg@10']),
        silver: round(scoreRun(others, pseudo.silver)['ndcg@10']),
        pseudoQueries: asked.size,
      });
    }
  }
  return rows;

  /**
   * Passages of documents that the fit has not seen, each searched for among all documents, its own without it. What they
   * should find: that document, or what the teacher puts nearest to it. A passage has the id of its document.
   */
  async function pseudoRuns({ texts, ids, encoder, base, taught }: Collection) {
    const { heldIn, heldOut } = splitDocuments(texts.length, seed);
    const inside = someDocuments(collection, Array.from(heldIn));
    const available = Array.from(heldOut, (i) => texts[i]!);
    const drawn = pseudoQueries(available, seed, config.fusion.pseudoQueries);
    const parts: PseudoQueries = { ...drawn, source: drawn.source.map((i) => heldOut[i]!) };
    const { source, segments, rests } = parts;
    const names = source.map((i) => ids[i]!);
    const seen = await encodePseudo(encoder, parts);
    const runOf = (
      documents: Matrix,
      queries: Matrix,
      k: number = config.evaluate.runDepth,
      exclude?: string[],
    ): Run => {
      const lists = search({ kernels, documents, ids, queries, k, ...(exclude && { exclude }) });
      return new Map(names.map((id, i) => [id, lists[i]!]));
    };
    const { result } = await fitCollection(inside, {});
    const vectors = await withCandidate(kernels, { table: encoder.table ?? null }, result, async (adapter) => {
      const documents = await adapter.correct({ vectors: base.documents, tokens: base.bags });
      const own = await adapter.correct(seen.rests);
      return runOf(replaced(documents, source, own), await adapter.correct(seen.segments));
    });
    const without = data.documents.slice();
    source.forEach((at, i) => {
      without[at] = { ...without[at]!, text: rests[i]! };
    });
    const nearest = runOf(taught.documents, pickRows(taught.documents, source), config.gate.depth, names);
    const grades = (of: readonly string[]): Grades => new Map(of.map((id) => [id, 1]));
    return {
      vectors,
      words: await bm25({ documents: without, queries: names.map((id, i) => ({ id, text: segments[i]! })) }),
      source: new Map(names.map((id) => [id, grades([id])])),
      silver: new Map(Array.from(nearest, ([id, list]) => [id, grades(list.ids)])),
    };
  }
}

function replaced(X: Matrix, at: readonly number[], rows: Matrix): Matrix {
  const copy = matrix(X.rows, X.dims, X.data.slice());
  at.forEach((to, i) => {
    row(copy, to).set(row(rows, i));
  });
  return copy;
}
