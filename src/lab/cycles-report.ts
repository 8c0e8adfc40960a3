import { against, type Measure, ndcgMeasure, significance } from './against.ts';
import type { Series } from './chart.ts';
import { distinct, type Group, grouped } from './grouped.ts';
import { bySeed, figure, type MeanRow, meanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';
import { spearman } from './spearman.ts';

const shown = [
  ['collapse', 'share of the cycle’s queries that collapse'],
  ['alignment', 'mean cosine of documents to the teacher'],
  ['ndcg', 'nDCG@10 of the judged queries'],
  ['skewness', 'skewness of N₁₀'],
] as const;

const judgedCollapse: Measure = {
  name: 'judged collapse',
  column: 'judgedCollapse',
  perQuery: 'judgedCollapsed',
};

/** Every measure over the cycles, what the last one differs in from the student, and whether collapse says anything of quality. */
export function cyclesReport(rows: readonly MeanRow[]): Report {
  const { groups, nameOf } = grouped(rows);
  const last = groups.flatMap(({ rows }) => distinct(rows, 'mode').map((mode) => ofMode(rows, mode).at(-1)!));
  const tested = against(last, rows, (candidate, row) => candidate.mode === row.mode && candidate.cycle === 0, [
    ndcgMeasure,
    judgedCollapse,
  ]);
  return {
    title: 'Cycles of queries and sedimentation',
    introduction:
      'Cycle 0 is the student. Collapse is a neighbourhood narrower than 85 % of the documents’ own, calibrated anew on what serves in each cycle.',
    sections: [
      ...groups.map(overCycles),
      significance(
        'After the last cycle, against the student',
        tested,
        (row) => `${nameOf(row)}, ${row.mode}`,
        'Judged queries alone, of which each collapses (1) or does not (0). Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
      ),
      predicts(groups),
    ],
  };
}

const ofMode = (rows: readonly MeanRow[], mode: string) => rows.filter(({ mean }) => mean.mode === mode);
const whole = (value: number) => value.toFixed(0);

function overCycles({ name: title, rows }: Group): Section {
  const modes = distinct(rows, 'mode');
  const of = (mode: string) => ofMode(rows, mode);
  const lines = (column: string): Series[] =>
    modes.map((mode) => ({
      name: mode,
      points: of(mode).flatMap(({ mean }) =>
        Number.isFinite(number(mean[column])) ? [{ x: number(mean.cycle), y: number(mean[column]) }] : [],
      ),
    }));
  const picked = modes.flatMap((mode) => [of(mode)[0]!, of(mode).at(-1)!]);
  return {
    title,
    charts: shown.map(([column, y]) => ({
      kind: 'lines',
      title: `${title}: ${y}`,
      x: 'cycle',
      y: column,
      series: lines(column),
    })),
    table: {
      columns: ['cycle', 'α', 'events', ...shown.map(([column]) => column), 'judged collapse'],
      rows: picked.map((row) => ({
        name: String(row.mean.mode),
        figures: [
          String(row.mean.cycle),
          number(row.mean.alpha),
          figure(row, 'events', whole),
          ...shown.map(([column]) => figure(row, column)),
          figure(row, 'judgedCollapse'),
        ],
      })),
    },
  };
}

/** Over queries within a cycle, and over cycles. */
function predicts(groups: readonly Group[]): Section {
  return {
    title: 'Does collapse predict quality',
    text: 'Rank correlation of a query’s spread with its nDCG@10 (wide neighbourhoods, high nDCG: above 0), on the student and after the last cycle; and of collapse rate with nDCG@10 over the cycles (collapse harms: below 0).',
    table: {
      columns: ['spread ~ nDCG, student', 'last cycle', 'collapse ~ nDCG over cycles'],
      rows: groups.flatMap(({ name, rows }) =>
        distinct(rows, 'mode').map((mode) => {
          const own = ofMode(rows, mode);
          const over = bySeed(own).map((cycles) => ({
            over: spearman(
              cycles.map((row) => number(row.judgedCollapse)),
              cycles.map((row) => number(row.ndcg)),
            ),
          }));
          return {
            name: `${name}, ${mode}`,
            figures: [figure(own[0], 'spearman'), figure(own.at(-1), 'spearman'), figure(meanRow(over), 'over')],
          };
        }),
      ),
    },
  };
}
