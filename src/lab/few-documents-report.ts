import { against } from './against.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, overSeeds, significance } from './report-rows.ts';

/** Quality over the number of documents that were fitted on, the gate's verdict beside it. */
export function fewDocumentsReport(rows: readonly LabRow[]): Report {
  const collections = distinct(rows, 'collection');
  const students = distinct(rows, 'student');
  const first = ofSeed(rows);
  return {
    title: 'Few documents',
    introduction:
      'nDCG@10 of all documents searched, corrected by a fit on some of them; several seeds as their mean and half their range. In brackets how many of the seeds the gate would promote.',
    sections: [
      ...collections.map((name) => curves(name, students, byName(rows, name))),
      {
        title: 'Against the student',
        text: 'Paired bootstrap, 10,000 resamples, of the first seed; p adjusted by Holm over this table.',
        table: significance(
          against(
            first.filter(({ method }) => method === 'corrected'),
            (row) =>
              byName(first, String(row.collection)).find((r) => r.method === 'student' && r.student === row.student),
          ),
          ({ collection, student, documents }) => `${collection}, ${student}, ${documents}`,
        ),
      },
    ],
  };
}

function curves(collection: string, students: readonly string[], rows: readonly LabRow[]): Section {
  const counts = [...new Set(rows.map(({ documents }) => number(documents)))].sort((a, b) => a - b);
  const fitted = counts.filter((count) => count > 0);
  const at = (student: string, method: string, count: number) =>
    rows.filter((row) => row.student === student && row.method === method && row.documents === count);
  const mean = (of: readonly LabRow[]) => of.reduce((sum, row) => sum + number(row.ndcg), 0) / of.length;
  const level = (name: string, of: readonly LabRow[]) => ({ name, points: fitted.map((x) => ({ x, y: mean(of) })) });
  const figure = (of: readonly LabRow[]) =>
    of.length === 0
      ? null
      : `${overSeeds(of, 'ndcg')} (${of.filter(({ promoted }) => promoted === true).length} of ${of.length})`;
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
          ...students.flatMap((student) => [
            { name: student, points: fitted.map((x) => ({ x, y: mean(at(student, 'corrected', x)) })) },
            level(`${student}, as it is`, at(student, 'student', 0)),
          ]),
          level('teacher', at(students[0]!, 'teacher', 0)),
        ],
      },
    ],
    table: {
      columns: ['as it is', ...fitted.map(String), 'teacher'],
      rows: students.map((student) => ({
        name: student,
        figures: [
          overSeeds(at(student, 'student', 0), 'ndcg'),
          ...fitted.map((count) => figure(at(student, 'corrected', count))),
          overSeeds(at(student, 'teacher', 0), 'ndcg'),
        ],
      })),
    },
  };
}
