import { against } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, overSeeds, significance } from './report-rows.ts';

const isReference = ({ fitted }: LabRow) => fitted === 'nothing';

/** What a fit is worth on the collections that it has not seen, and on one that it saw before another. */
export function transferReport(rows: readonly LabRow[]): Report {
  const first = ofSeed(rows);
  const fits = rows.filter((row) => !isReference(row));
  const student = (row: LabRow) =>
    byName(first, String(row.collection)).find((r) => r.adapter === 'student' && r.student === row.student);
  return {
    title: 'Fitted here, used there',
    introduction:
      'nDCG@10 of each collection (columns) corrected by a fit on others (rows); in brackets where the fit has seen that collection’s documents. “a, then b” goes on from a’s corrected token table with the documents of b alone.',
    sections: [
      ...distinct(fits, 'adapter').map((adapter) => table(adapter, rows)),
      {
        title: 'Against the student',
        text: 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
        table: significance(
          against(
            first.filter((row) => !isReference(row)),
            student,
          ),
          ({ adapter, fitted, collection }) => `${adapter}, fitted on ${fitted}, used on ${collection}`,
        ),
      },
    ],
  };
}

function table(adapter: string, rows: readonly LabRow[]): Section {
  const collections = distinct(rows, 'collection');
  const own = rows.filter((row) => row.adapter === adapter);
  const at = (of: readonly LabRow[], collection: string) => {
    const found = byName(of, collection);
    return found[0]?.seen === true ? `(${overSeeds(found, 'ndcg')})` : overSeeds(found, 'ndcg');
  };
  const reference = (name: string) => ({
    name,
    figures: collections.map((collection) =>
      at(
        rows.filter((row) => row.adapter === name),
        collection,
      ),
    ),
  });
  const fitted = distinct(own, 'fitted');
  const first = ofSeed(own);
  return {
    title: adapter,
    charts: [
      {
        kind: 'bars',
        title: `${adapter}: nDCG@10 by what was fitted on`,
        x: '',
        y: 'nDCG@10',
        series: collections.map((name) => ({
          name,
          points: byName(first, name).map((row) => ({ x: String(row.fitted), y: number(row.ndcg) })),
        })),
      },
    ],
    table: {
      columns: collections,
      rows: [
        reference('student'),
        ...fitted.map((name) => ({
          name: `fitted on ${name}`,
          figures: collections.map((collection) =>
            at(
              own.filter((row) => row.fitted === name),
              collection,
            ),
          ),
        })),
        reference('teacher'),
      ],
    },
  };
}
