import { against } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, overSeeds, significance } from './report-rows.ts';

/** All methods on all collections, and each against the student and against BM25. */
export function compareReport(rows: readonly LabRow[]): Report {
  const collections = distinct(rows, 'collection');
  const methods = distinct(rows, 'method');
  const first = ofSeed(rows);
  const versus = (method: string): Section => ({
    title: `Against ${method}`,
    text: 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
    table: significance(
      against(first, (row) => byName(first, String(row.collection)).find((r) => r.method === method)),
      ({ collection, method: name }) => `${collection}, ${name}`,
    ),
  });
  const ofMethod = (method: string, collection: string) =>
    byName(rows, collection).filter((row) => row.method === method);
  const share = (method: string) => {
    const shares = collections.map((collection) => {
      const [own, teacher] = [ofMethod(method, collection)[0], ofMethod('teacher', collection)[0]];
      return number(own?.ndcg) / number(teacher?.ndcg);
    });
    return shares.some(Number.isNaN) ? null : shares.reduce((sum, s) => sum + s, 0) / shares.length;
  };
  return {
    title: 'Corrections side by side',
    introduction:
      'nDCG@10 on test judgements; several seeds as their mean and half their range. The last column is the mean share of the teacher.',
    sections: [
      {
        title: 'nDCG@10',
        charts: [
          {
            kind: 'bars',
            title: 'nDCG@10',
            x: '',
            y: 'nDCG@10',
            series: collections.map((name) => ({
              name,
              points: byName(first, name).map((row) => ({ x: String(row.method), y: number(row.ndcg) })),
            })),
          },
        ],
        table: {
          columns: [...collections, 'of the teacher'],
          rows: methods.map((method) => ({
            name: method,
            figures: [
              ...collections.map((collection) => overSeeds(ofMethod(method, collection), 'ndcg')),
              share(method),
            ],
          })),
        },
      },
      versus('student'),
      versus('BM25'),
    ],
  };
}
