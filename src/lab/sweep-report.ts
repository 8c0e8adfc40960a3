import type { Bootstrap } from '../evaluate/bootstrap.ts';
import { against, difference, significance } from './against.ts';
import type { Series } from './chart.ts';
import type { LabRow } from './experiment.ts';
import { distinct, type Group, grouped } from './grouped.ts';
import { bySeed, figure, type MeanRow, meanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

/** α curves with their bands, the α that would have been chosen, and what alignment buys. */
export function sweepReport(rows: readonly MeanRow[]): Report {
  const { groups, nameOf } = grouped(rows);
  const tested = against(
    rows.filter(({ mean }) => mean.alpha === 1 && mean.variant !== 'teacher'),
    rows,
    ({ variant }) => variant === 'student',
  );
  return {
    title: 'Teacher weight',
    introduction:
      'nDCG@10 over the teacher weight α: 0 is the homeostatic push alone, 1 the teacher alone. Bands are 95 % paired bootstrap intervals of the difference to the student, 10,000 resamples over queries.',
    sections: [
      ...groups.map(curves),
      choices(groups),
      significance('At α = 1, against the student', tested, (row) => `${nameOf(row)}, ${row.variant}`),
    ],
  };
}

function curves({ name, rows }: Group): Section {
  const student = rows.find(({ mean }) => mean.variant === 'student');
  const variants = distinct(rows, 'variant').filter((variant) => variant !== 'student');
  const series = variants.map(
    (variant): Series => ({
      name: variant,
      points: rows
        .filter(({ mean }) => mean.variant === variant)
        .map((row) => ({ x: number(row.mean.alpha), y: number(row.mean.ndcg), ...(student && band(student, row)) })),
    }),
  );
  const lines = series.map((one) =>
    one.points.length > 1 ? one : { ...one, points: [0, 1].map((x) => ({ x, y: one.points[0]!.y })) },
  );
  const alphas = [...new Set(rows.map(({ mean }) => number(mean.alpha)))].sort((a, b) => a - b);
  const at = (variant: string, alpha: number) =>
    rows.find(({ mean }) => mean.variant === variant && mean.alpha === alpha);
  return {
    title: name,
    charts: [{ kind: 'lines', title: `${name}: nDCG@10 by teacher weight`, x: 'α', y: 'nDCG@10', series: lines }],
    table: {
      columns: alphas.map(String),
      rows: ['student', ...variants].map((variant) => ({
        name: variant,
        figures: alphas.map((alpha) => figure(at(variant, alpha), 'ndcg')),
      })),
    },
  };
}

function band(student: MeanRow, row: MeanRow): Pick<Bootstrap, 'low' | 'high'> {
  const { low, high } = difference(student, row);
  return { low: number(student.mean.ndcg) + low, high: number(student.mean.ndcg) + high };
}

const best = (rows: readonly LabRow[], by: string) =>
  rows.length === 0 ? undefined : rows.reduce((a, b) => (number(b[by]) > number(a[by]) ? b : a));

/** What picks an α among the rows of one seed. */
const pickers: readonly ((rows: readonly LabRow[]) => LabRow | undefined)[] = [
  (rows) => best(rows, 'ndcg'),
  (rows) => best(rows, 'cloze'),
  (rows) =>
    best(
      rows.filter(({ alpha }) => number(alpha) > 0),
      'agreement',
    ),
  (rows) => rows.find(({ alpha }) => alpha === 1),
];

/** The oracle's α beside those that held-out documents choose. */
function choices(groups: readonly Group[]): Section {
  return {
    title: 'Which α',
    text: 'The α of the best test nDCG@10 (the oracle’s, which nobody has), of the best inverse cloze and of the best agreement on held-out documents, and α = 1.',
    table: {
      columns: ['oracle α', 'nDCG', 'cloze α', 'nDCG', 'agreement α', 'nDCG', 'α', 'nDCG'],
      rows: groups.flatMap(({ name, rows }) =>
        distinct(rows, 'variant').flatMap((variant) => {
          const swept = rows.filter(({ mean }) => mean.variant === variant);
          if (swept.length === 1) return [];
          const picked = pickers.map((pick) => meanRow(bySeed(swept).map(pick)));
          return [
            {
              name: `${name}, ${variant}`,
              figures: picked.flatMap((row) => [figure(row, 'alpha'), figure(row, 'ndcg')]),
            },
          ];
        }),
      ),
    },
  };
}
