import { config } from '../config.ts';
import { average } from '../evaluate/average.ts';
import { against, significance } from './against.ts';
import type { LabRow } from './experiment.ts';
import { distinct, type Group, type Grouping, grouped, named } from './grouped.ts';
import { bySeed, figure, type MeanRow, meanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

/** What chooses a weight; the first one has seen the answer. */
const choosers = ['oracle', 'cloze', 'silver', 'cloze + silver', 'other collections', 'default'] as const;
type Chooser = (typeof choosers)[number];

/** Curves over the weight, and what each way of choosing it would have got, the oracle's beside the honest ones. */
export function fusionReport(rows: readonly MeanRow[]): Report {
  const { pairs, groups, nameOf } = grouped(rows);
  const kinds = distinct(rows, 'fusion').filter((kind) => kind !== 'teacher');
  const byOthers = kinds.flatMap((kind) =>
    pairs.flatMap((pair) =>
      distinct(pair.rows, 'collection').map((collection) => chosen(pair, kind, collection, 'other collections')),
    ),
  );
  const tested = against(
    byOthers.filter(({ seeds }) => seeds.length > 0),
    rows,
    ({ fusion, weight }, row) => fusion === row.fusion && weight === 0,
  );
  return {
    title: 'Vectors and BM25 as one ranking',
    introduction:
      'nDCG@10 over the weight of vectors, corrected by the default adapter, beside BM25. Who chooses it: the oracle by test judgements (which nobody has); cloze and silver by passages of held-out documents, which should find their document, or what the teacher puts nearest to it, and by the sum of the two (the one leans towards words, the other towards the teacher); the test judgements of the other collections; the default.',
    sections: [
      ...groups.map((group) => curve(group, kinds)),
      ...kinds.flatMap((kind) => pairs.map((pair) => weights(pair, kind))),
      significance(
        'Against BM25',
        tested,
        (row) => `${nameOf(row)}, ${row.fusion}, ${shownWeight(number(row.weight))}`,
        'Weights chosen by the other collections. Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
      ),
    ],
  };
}

function curve({ name, rows }: Group, kinds: readonly string[]): Section {
  return {
    title: name,
    charts: [
      {
        kind: 'lines',
        title: `${name}: nDCG@10 by the weight of vectors beside BM25`,
        x: 'weight of vectors',
        y: 'nDCG@10',
        series: kinds.map((kind) => ({
          name: kind,
          points: rows
            .filter(({ mean }) => mean.fusion === kind)
            .map(({ mean }) => ({ x: number(mean.weight), y: number(mean.ndcg) })),
        })),
      },
    ],
  };
}

function weights(pair: Grouping['pairs'][number], kind: string): Section {
  const collections = distinct(pair.rows, 'collection');
  const shares = (chooser: Chooser) => {
    const ofSeed = bySeed(pair.rows).map((rows) => {
      const of = collections.map((name) => choose(rows, kind, name, chooser));
      return { share: of.some((row) => row === undefined) ? null : average(of.map((row) => share(rows, row!))) };
    });
    return figure(meanRow(ofSeed), 'share');
  };
  return {
    title: named(`Which weight: ${kind}`, pair.name),
    table: {
      columns: [...collections.flatMap((name) => [`${name}: weight`, 'nDCG']), 'of the teacher'],
      rows: choosers.map((chooser) => ({
        name: chooser,
        figures: [
          ...collections.flatMap((name) => {
            const row = chosen(pair, kind, name, chooser);
            return [figure(row, 'weight', shownWeight), figure(row, 'ndcg')];
          }),
          shares(chooser),
        ],
      })),
    },
  };
}

/** What is chosen within each seed. */
const chosen = ({ rows }: Group, kind: string, collection: string, chooser: Chooser): MeanRow =>
  meanRow(bySeed(rows).map((ofSeed) => choose(ofSeed, kind, collection, chooser)));

/** Rows are of one student, teacher and seed, from here on. */
function choose(rows: readonly LabRow[], kind: string, collection: string, chooser: Chooser): LabRow | undefined {
  const own = ofKind(rows, kind, collection);
  if (own.length === 0) return undefined;
  if (chooser === 'default') return atWeight(own, config.fusion.weights[0]);
  if (chooser === 'cloze + silver') return best(own, (row) => number(row.cloze) + number(row.silver));
  if (chooser !== 'other collections') return best(own, (row) => number(row[chooser === 'oracle' ? 'ndcg' : chooser]));
  const others = [...new Set(rows.map((row) => String(row.collection)))].filter((name) => name !== collection);
  if (others.length === 0) return undefined;
  // The weight that has the highest mean share of the teacher there.
  return best(own, ({ weight }) =>
    average(others.map((name) => share(rows, atWeight(ofKind(rows, kind, name), number(weight))!))),
  );
}

/** Of the teacher's nDCG on the same collection. */
function share(rows: readonly LabRow[], row: LabRow): number {
  const [teacher] = ofKind(rows, 'teacher', String(row.collection));
  return number(row.ndcg) / number(teacher?.ndcg);
}

const ofKind = (rows: readonly LabRow[], kind: string, collection: string) =>
  rows.filter((row) => row.fusion === kind && row.collection === collection);

/** Weights are tenths; a mean of them over seeds need not be. */
const shownWeight = (weight: number) => weight.toFixed(Number.isInteger(weight * 10) ? 1 : 2);

const atWeight = (rows: readonly LabRow[], weight: number) => rows.find((row) => row.weight === weight);

const best = (rows: readonly LabRow[], by: (row: LabRow) => number) => rows.reduce((a, b) => (by(b) > by(a) ? b : a));
