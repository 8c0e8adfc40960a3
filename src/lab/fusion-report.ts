import { config } from '../config.ts';
import { against } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, significance } from './report-rows.ts';

/** What chooses a weight; the first one has seen the answer. */
const choosers = ['oracle', 'cloze', 'silver', 'cloze + silver', 'other collections', 'default'] as const;
type Chooser = (typeof choosers)[number];

/** Curves over the weight, and what each way of choosing it would have got, the oracle's beside the honest ones. */
export function fusionReport(rows: readonly LabRow[]): Report {
  const first = ofSeed(rows);
  const collections = distinct(first, 'collection');
  const kinds = distinct(first, 'fusion').filter((kind) => kind !== 'teacher');
  const ofKind = (kind: string, collection: string) => byName(first, collection).filter((row) => row.fusion === kind);
  const teacher = (collection: string) =>
    number(byName(first, collection).find((row) => row.fusion === 'teacher')?.ndcg);
  const share = (row: LabRow) => number(row.ndcg) / teacher(String(row.collection));

  /** The row of the weight that has the highest mean share of the teacher on the other collections. */
  const byOthers = (kind: string, collection: string) => {
    const others = collections.filter((name) => name !== collection);
    const total = (row: LabRow) =>
      others.reduce((sum, name) => sum + share(atWeight(ofKind(kind, name), number(row.weight))), 0);
    return others.length === 0 ? undefined : best(ofKind(kind, collection), total);
  };
  const chosen = (kind: string, collection: string, chooser: Chooser): LabRow | undefined => {
    const own = ofKind(kind, collection);
    if (chooser === 'other collections') return byOthers(kind, collection);
    if (chooser === 'default') return atWeight(own, config.fusion.weights[0]);
    if (chooser === 'cloze + silver') return best(own, (row) => number(row.cloze) + number(row.silver));
    return best(own, (row) => number(row[chooser === 'oracle' ? 'ndcg' : chooser]));
  };
  const curve = (collection: string): Section => ({
    title: collection,
    charts: [
      {
        kind: 'lines',
        title: `${collection}: nDCG@10 by the weight of vectors beside BM25`,
        x: 'weight of vectors',
        y: 'nDCG@10',
        series: kinds.map((name) => ({
          name,
          points: ofKind(name, collection).map((row) => ({ x: number(row.weight), y: number(row.ndcg) })),
        })),
      },
    ],
  });
  const shares = (kind: string, chooser: Chooser) => {
    const of = collections.map((name) => chosen(kind, name, chooser));
    return of.some((row) => row === undefined) ? null : of.reduce((sum, row) => sum + share(row!), 0) / of.length;
  };
  return {
    title: 'Vectors and BM25 as one ranking',
    introduction:
      'nDCG@10 over the weight of vectors, corrected by the default adapter, beside BM25. Who chooses it: the oracle by test judgements (which nobody has); cloze and silver by passages of held-out documents, which should find their document, or what the teacher puts nearest to it, and by the sum of the two (the one leans towards words, the other towards the teacher); the test judgements of the other collections; the default.',
    sections: [
      ...collections.map(curve),
      ...kinds.map(
        (kind): Section => ({
          title: `Which weight: ${kind}`,
          table: {
            columns: [...collections.flatMap((name) => [`${name}: weight`, 'nDCG']), 'of the teacher'],
            rows: choosers.map((chooser) => ({
              name: chooser,
              figures: [
                ...collections.flatMap((name) => {
                  const row = chosen(kind, name, chooser);
                  return [row ? number(row.weight).toFixed(1) : null, number(row?.ndcg)];
                }),
                shares(kind, chooser),
              ],
            })),
          },
        }),
      ),
      {
        title: 'Against BM25',
        text: 'Weights chosen by the other collections. Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
        table: significance(
          against(
            kinds.flatMap((kind) =>
              collections.flatMap((name): LabRow[] => [byOthers(kind, name)].filter((row) => row !== undefined)),
            ),
            (row) => atWeight(ofKind(String(row.fusion), String(row.collection)), 0),
          ),
          ({ collection, fusion, weight }) => `${collection}, ${fusion}, ${number(weight).toFixed(1)}`,
        ),
      },
    ],
  };
}

const atWeight = (rows: readonly LabRow[], weight: number) => rows.find((row) => row.weight === weight)!;

const best = (rows: readonly LabRow[], by: (row: LabRow) => number) => rows.reduce((a, b) => (by(b) > by(a) ? b : a));
