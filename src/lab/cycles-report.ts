import type { Series } from './chart.ts';
import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number, ofSeed } from './report-rows.ts';
import { spearman } from './spearman.ts';

const shown = [
  ['collapse', 'share of the cycle’s queries that collapse'],
  ['alignment', 'mean cosine of documents to the teacher'],
  ['ndcg', 'nDCG@10 of the judged queries'],
  ['skewness', 'skewness of N₁₀'],
] as const;

/** Every measure over the cycles, and whether collapse says anything of quality. */
export function cyclesReport(rows: readonly LabRow[]): Report {
  const first = ofSeed(rows);
  const groups = distinct(first, 'collection').flatMap((collection) =>
    distinct(byName(first, collection), 'teacher').map((teacher) => ({
      name: `${collection}, ${teacher}`,
      rows: byName(first, collection).filter((row) => row.teacher === teacher),
    })),
  );
  return {
    title: 'Cycles of queries and sedimentation',
    introduction:
      'Cycle 0 is the student. Collapse is a neighbourhood narrower than 85 % of the documents’ own, calibrated anew on what serves in each cycle.',
    sections: [...groups.map(({ name, rows }) => overCycles(name, rows)), predicts(groups)],
  };
}

function overCycles(title: string, rows: readonly LabRow[]): Section {
  const modes = distinct(rows, 'mode');
  const of = (mode: string) => rows.filter((row) => row.mode === mode);
  const lines = (column: string): Series[] =>
    modes.map((mode) => ({
      name: mode,
      points: of(mode).flatMap((row) =>
        Number.isFinite(number(row[column])) ? [{ x: number(row.cycle), y: number(row[column]) }] : [],
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
        name: String(row.mode),
        figures: [
          String(row.cycle),
          number(row.alpha),
          String(row.events),
          ...shown.map(([column]) => (row[column] === null ? null : number(row[column]))),
          number(row.judgedCollapse),
        ],
      })),
    },
  };
}

/** Over queries within a cycle, and over cycles. */
function predicts(groups: readonly { name: string; rows: readonly LabRow[] }[]): Section {
  return {
    title: 'Does collapse predict quality',
    text: 'Rank correlation of a query’s spread with its nDCG@10 (wide neighbourhoods, high nDCG: above 0), on the student and after the last cycle; and of collapse rate with nDCG@10 over the cycles (collapse harms: below 0).',
    table: {
      columns: ['spread ~ nDCG, student', 'last cycle', 'collapse ~ nDCG over cycles'],
      rows: groups.flatMap(({ name, rows }) =>
        distinct(rows, 'mode').map((mode) => {
          const own = rows.filter((row) => row.mode === mode);
          const over = spearman(
            own.map((row) => number(row.judgedCollapse)),
            own.map((row) => number(row.ndcg)),
          );
          return { name: `${name}, ${mode}`, figures: [number(own[0]?.spearman), number(own.at(-1)?.spearman), over] };
        }),
      ),
    },
  };
}
