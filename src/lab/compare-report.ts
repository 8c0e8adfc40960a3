import { against } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, overSeeds, significance } from './report-rows.ts';

/** Labels teach of documents; this is what they teach of others. */
function unaskedSection(collection: string, rows: readonly LabRow[]): Section[] {
  const unasked = rows.find((row) => row.unasked !== undefined)?.unasked as readonly number[] | undefined;
  if (!unasked) return [];
  const over = (row: LabRow, kind: number) => {
    const own = (row.perQuery as readonly number[]).filter((_, i) => unasked[i] === kind);
    return own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length);
  };
  const counts = [0, 1].map((kind) => unasked.filter((is) => is === kind).length);
  return [
    {
      title: `${collection}: documents that a train query asked for, and others`,
      text: `nDCG@10 of the ${counts[0]} test queries that share a relevant document with a train query, and of the ${counts[1]} that do not. A method that learns from labels may only know the former.`,
      table: {
        columns: ['all', 'shared', 'not shared'],
        rows: rows.map((row) => ({
          name: String(row.method),
          figures: [number(row.ndcg), over(row, 0), over(row, 1)],
        })),
      },
    },
  ];
}

/** All methods on all collections, and each against the student and against BM25. */
export function compareReport(rows: readonly LabRow[]): Report {
  const collections = distinct(rows, 'collection');
  const methods = distinct(rows, 'method');
  const measured = rows.filter(({ leftOut }) => leftOut === undefined);
  const first = ofSeed(measured);
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
      ...collections.flatMap((name) => unaskedSection(name, byName(first, name))),
      versus('student'),
      versus('BM25'),
      ...distinct(
        rows.filter((row) => !measured.includes(row)),
        'leftOut',
      ).map((text) => ({ title: 'Left out', text })),
    ],
  };
}
