import { shownFigure } from '../evaluate/report-table.ts';
import { against, significance } from './against.ts';
import { distinct, type Grouping, grouped, named, ofCollection } from './grouped.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

/** Quality over the number of documents that were fitted on, the gate's verdict beside it. */
export function fewDocumentsReport(rows: readonly MeanRow[]): Report {
  const { collections, pairs, nameOf } = grouped(rows);
  const tested = against(
    rows.filter(({ mean }) => mean.method === 'corrected'),
    rows,
    (candidate) => candidate.method === 'student',
  );
  // A line of a table has to be called something, also where there is one.
  const lines = pairs.map((pair) => ({ ...pair, name: pair.name || pair.student }));
  return {
    title: 'Few documents',
    introduction:
      'nDCG@10 of all documents searched, corrected by a fit on some of them; several seeds as their mean and half their range. In brackets how many of the seeds the gate would promote.',
    sections: [
      ...collections.map((name) =>
        curves(
          name,
          lines.map((line) => ({ ...line, rows: ofCollection(line.rows, name) })),
        ),
      ),
      significance('Against the student', tested, (row) => `${nameOf(row)}, ${row.documents}`),
    ],
  };
}

function curves(collection: string, lines: Grouping['pairs']): Section {
  const all = lines.flatMap(({ rows }) => rows);
  const counts = [...new Set(all.map(({ mean }) => number(mean.documents)))].sort((a, b) => a - b);
  const fitted = counts.filter((count) => count > 0);
  const at = ({ rows }: { rows: readonly MeanRow[] }, method: string, count: number) =>
    rows.find(({ mean }) => mean.method === method && mean.documents === count);
  const ndcg = (row: MeanRow | undefined) => number(row?.mean.ndcg);
  const level = (name: string, row: MeanRow | undefined) => ({
    name,
    points: fitted.map((x) => ({ x, y: ndcg(row) })),
  });
  const teachers = distinct(all, 'teacher');
  const corrected = (row: MeanRow | undefined) =>
    row &&
    `${figure(row, 'ndcg', shownFigure)} (${row.seeds.filter(({ promoted }) => promoted === true).length} of ${row.seeds.length})`;
  return {
    title: collection,
    charts: [
      {
        kind: 'lines',
        title: `${collection}: nDCG@10 by documents fitted on`,
        x: 'documents',
        y: 'nDCG@10',
        logarithmic: true,
        series: [
          ...lines.flatMap((line) => [
            { name: line.name, points: fitted.map((x) => ({ x, y: ndcg(at(line, 'corrected', x)) })) },
            level(`${line.name}, as it is`, at(line, 'student', 0)),
          ]),
          ...teachers.map((teacher) =>
            level(
              named('teacher', teachers.length > 1 ? teacher : ''),
              at(lines.find((line) => line.teacher === teacher)!, 'teacher', 0),
            ),
          ),
        ],
      },
    ],
    table: {
      columns: ['as it is', ...fitted.map(String), 'teacher'],
      rows: lines.map((line) => ({
        name: line.name,
        figures: [
          figure(at(line, 'student', 0), 'ndcg'),
          ...fitted.map((count) => corrected(at(line, 'corrected', count))),
          figure(at(line, 'teacher', 0), 'ndcg'),
        ],
      })),
    },
  };
}
