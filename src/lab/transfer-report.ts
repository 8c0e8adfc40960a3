import { shownFigure } from '../evaluate/report-table.ts';
import { against, significance } from './against.ts';
import type { LabRow } from './experiment.ts';
import { distinct, type Group, grouped, named, ofCollection } from './grouped.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

const isReference = ({ fitted }: LabRow) => fitted === 'nothing';

/** What a fit is worth on the collections that it has not seen, and on one that it saw before another. */
export function transferReport(rows: readonly MeanRow[]): Report {
  const { pairs, nameOf } = grouped(rows);
  const fits = rows.filter(({ mean }) => !isReference(mean));
  const tested = against(fits, rows, ({ adapter }) => adapter === 'student');
  return {
    title: 'Fitted here, used there',
    introduction:
      'nDCG@10 of each collection (columns) corrected by a fit on others (rows); in brackets where the fit has seen that collection’s documents. “a, then b” goes on from a’s corrected token table with the documents of b alone.',
    sections: [
      ...distinct(fits, 'adapter').flatMap((adapter) => pairs.map((pair) => table(adapter, pair))),
      significance(
        'Against the student',
        tested,
        (row) => `${row.adapter}, fitted on ${row.fitted}, used on ${nameOf(row)}`,
      ),
    ],
  };
}

function table(adapter: string, { name, rows }: Group): Section {
  const collections = distinct(rows, 'collection');
  const own = rows.filter(({ mean }) => mean.adapter === adapter);
  const title = named(adapter, name);
  const line = (name: string, of: readonly MeanRow[]) => ({
    name,
    figures: collections.map((collection) => {
      const [row] = ofCollection(of, collection);
      const shown = figure(row, 'ndcg');
      return row?.mean.seen === true ? `(${shownFigure(shown)})` : shown;
    }),
  });
  const reference = (name: string) =>
    line(
      name,
      rows.filter(({ mean }) => mean.adapter === name),
    );
  return {
    title,
    charts: [
      {
        kind: 'bars',
        title: `${title}: nDCG@10 by what was fitted on`,
        x: '',
        y: 'nDCG@10',
        series: collections.map((name) => ({
          name,
          points: ofCollection(own, name).map(({ mean }) => ({ x: String(mean.fitted), y: number(mean.ndcg) })),
        })),
      },
    ],
    table: {
      columns: collections,
      rows: [
        reference('student'),
        ...distinct(own, 'fitted').map((fitted) =>
          line(
            `fitted on ${fitted}`,
            own.filter(({ mean }) => mean.fitted === fitted),
          ),
        ),
        reference('teacher'),
      ],
    },
  };
}
