import { average } from '../evaluate/average.ts';
import { against, queries, significance } from './against.ts';
import type { LabRow } from './experiment.ts';
import { distinct, type Group, grouped, named, ofCollection } from './grouped.ts';
import { bySeed, figure, type MeanRow, meanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

/** All methods on all collections, and each against the student and against BM25. */
export function compareReport(rows: readonly MeanRow[]): Report {
  const { pairs, groups, nameOf } = grouped(rows);
  const measured = rows.filter(({ mean }) => mean.leftOut === undefined);
  const versus = (method: string): Section =>
    significance(
      `Against ${method}`,
      against(measured, measured, (candidate) => candidate.method === method),
      (row) => `${nameOf(row)}, ${row.method}`,
    );
  return {
    title: 'Corrections side by side',
    introduction:
      'nDCG@10 on test judgements; several seeds as their mean and half their range. The last column is the mean share of the teacher.',
    sections: [
      ...pairs.map(sideBySide),
      ...groups.flatMap(unaskedSection),
      versus('student'),
      versus('BM25'),
      ...distinct(
        rows.filter((row) => !measured.includes(row)),
        'leftOut',
      ).map((text) => ({ title: 'Left out', text })),
    ],
  };
}

function sideBySide({ name, rows }: Group): Section {
  const collections = distinct(rows, 'collection');
  const title = named('nDCG@10', name);
  const share = (method: string) => {
    const ofSeed = bySeed(rows).map((of) => shareOfTeacher(of, method, collections));
    return figure(meanRow(ofSeed.map((share) => ({ share }))), 'share');
  };
  return {
    title,
    charts: [
      {
        kind: 'bars',
        title,
        x: '',
        y: 'nDCG@10',
        series: collections.map((name) => ({
          name,
          points: ofCollection(rows, name)
            .filter(({ mean }) => mean.leftOut === undefined)
            .map(({ mean }) => ({ x: String(mean.method), y: number(mean.ndcg) })),
        })),
      },
    ],
    table: {
      columns: [...collections, 'of the teacher'],
      rows: distinct(rows, 'method').map((method) => ({
        name: method,
        figures: [
          ...collections.map((collection) =>
            figure(
              ofCollection(rows, collection).find(({ mean }) => mean.method === method),
              'ndcg',
            ),
          ),
          share(method),
        ],
      })),
    },
  };
}

/** Mean over the collections; null where one has no figure of the method. Rows are of one seed. */
function shareOfTeacher(rows: readonly LabRow[], method: string, collections: readonly string[]): number | null {
  const ndcg = (of: string, collection: string) =>
    number(rows.find((row) => row.method === of && row.collection === collection)?.ndcg);
  const shares = collections.map((collection) => ndcg(method, collection) / ndcg('teacher', collection));
  return shares.some(Number.isNaN) ? null : average(shares);
}

/** Labels teach of documents; this is what they teach of others. */
function unaskedSection({ name, rows }: Group): Section[] {
  const unasked = rows.find(({ mean }) => mean.unasked !== undefined)?.mean.unasked as readonly number[] | undefined;
  if (!unasked) return [];
  const over = (row: LabRow, kind: number) => {
    const own = queries(row).filter((_, i) => unasked[i] === kind);
    return own.length === 0 ? 0 : average(own);
  };
  const counts = [0, 1].map((kind) => unasked.filter((is) => is === kind).length);
  return [
    {
      title: `${name}: documents that a train query asked for, and others`,
      text: `nDCG@10 of the ${counts[0]} test queries that share a relevant document with a train query, and of the ${counts[1]} that do not. A method that learns from labels may only know the former.`,
      table: {
        columns: ['all', 'shared', 'not shared'],
        rows: rows
          .filter(({ mean }) => mean.leftOut === undefined)
          .map(({ mean, seeds }) => {
            const row = meanRow(seeds.map((of) => ({ all: of.ndcg!, shared: over(of, 0), notShared: over(of, 1) })));
            return {
              name: String(mean.method),
              figures: ['all', 'shared', 'notShared'].map((column) => figure(row, column)),
            };
          }),
      },
    },
  ];
}
