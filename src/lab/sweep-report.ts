import { type Bootstrap, bootstrap } from '../evaluate/bootstrap.ts';
import { against, queries } from './against.ts';
import { alignmentSections } from './alignment-sections.ts';
import type { Series } from './chart.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed, significance } from './report-rows.ts';

/** α curves with their bands, the α that would have been chosen, and what alignment buys. */
export function sweepReport(rows: readonly LabRow[]): Report {
  const collections = distinct(rows, 'collection');
  return {
    title: 'Teacher weight',
    introduction:
      'nDCG@10 over the teacher weight α: 0 is the homeostatic push alone, 1 the teacher alone. Bands are 95 % paired bootstrap intervals of the difference to the student, 10,000 resamples over queries.',
    sections: [
      ...collections.map((name) => curves(name, ofSeed(byName(rows, name)))),
      ...choices(rows, collections),
      ...alignmentSections(ofSeed(rows)),
    ],
  };
}

function curves(collection: string, rows: readonly LabRow[]): Section {
  const student = rows.find(({ variant }) => variant === 'student');
  const variants = distinct(rows, 'variant').filter((variant) => variant !== 'student');
  const series = variants.map(
    (variant): Series => ({
      name: variant,
      points: rows
        .filter((row) => row.variant === variant)
        .map((row) => ({ x: number(row.alpha), y: number(row.ndcg), ...(student && band(student, row)) })),
    }),
  );
  const lines = series.map((one) =>
    one.points.length > 1 ? one : { ...one, points: [0, 1].map((x) => ({ x, y: one.points[0]!.y })) },
  );
  const alphas = [...new Set(rows.map(({ alpha }) => number(alpha)))].sort((a, b) => a - b);
  return {
    title: collection,
    charts: [{ kind: 'lines', title: `${collection}: nDCG@10 by teacher weight`, x: 'α', y: 'nDCG@10', series: lines }],
    table: {
      columns: alphas.map(String),
      rows: ['student', ...variants].map((variant) => ({
        name: variant,
        figures: alphas.map((alpha) => number(rows.find((r) => r.variant === variant && r.alpha === alpha)?.ndcg)),
      })),
    },
  };
}

function band(student: LabRow, row: LabRow): Pick<Bootstrap, 'low' | 'high'> {
  const { low, high } = bootstrap(queries(student), queries(row));
  return { low: number(student.ndcg) + low, high: number(student.ndcg) + high };
}

/** The oracle's α beside those that held-out documents choose, and all differences to the student. */
function choices(rows: readonly LabRow[], collections: readonly string[]): Section[] {
  const swept = distinct(rows, 'variant').filter((v) => rows.filter((row) => row.variant === v).length > 5);
  const best = (of: readonly LabRow[], by: string) =>
    of.length === 0 ? undefined : of.reduce((a, b) => (number(b[by]) > number(a[by]) ? b : a));
  const choice = collections.flatMap((collection) =>
    swept.map((variant) => {
      const of = ofSeed(byName(rows, collection)).filter((row) => row.variant === variant);
      const picks = [
        best(of, 'ndcg'),
        best(of, 'cloze'),
        best(
          of.filter(({ alpha }) => number(alpha) > 0),
          'agreement',
        ),
        of.find(({ alpha }) => alpha === 1),
      ];
      return {
        name: `${collection}, ${variant}`,
        figures: picks.flatMap((row) => [number(row?.alpha), number(row?.ndcg)]),
      };
    }),
  );
  const tested = against(
    ofSeed(rows).filter(({ alpha, variant }) => alpha === 1 && variant !== 'teacher'),
    (row) => ofSeed(rows).find((r) => r.variant === 'student' && r.collection === row.collection),
  );
  return [
    {
      title: 'Which α',
      text: 'The α of the best test nDCG@10 (the oracle’s, which nobody has), of the best inverse cloze and of the best agreement on held-out documents, and α = 1.',
      table: {
        columns: ['oracle α', 'nDCG', 'cloze α', 'nDCG', 'agreement α', 'nDCG', 'α', 'nDCG'],
        rows: choice,
      },
    },
    {
      title: 'At α = 1, against the student',
      text: 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
      table: significance(tested, ({ collection, variant }) => `${collection}, ${variant}`),
    },
  ];
}
