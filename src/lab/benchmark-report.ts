import { shownFigure } from '../evaluate/report-table.ts';
import type { LabRow } from './experiment.ts';
import { type Group, grouped } from './grouped.ts';
import type { MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report, Section } from './report.ts';

const steps = ['chooseSeconds', 'judgeSeconds', 'fitSeconds', 'allSeconds', 'peakMegabytes', 'ndcg'];

/** Cost against quality; several seeds are several runs. */
export function benchmarkReport(rows: readonly MeanRow[]): Report {
  return {
    title: 'What distillation costs',
    introduction:
      'Seconds of each step, each fit in a process of its own, the median of its seeds; peak memory is that of the process, its runtime and collection included. Apart from them, what the teacher takes to encode the documents once: its vectors were there.',
    sections: grouped(rows).groups.map(costs),
  };
}

function costs({ name, rows }: Group): Section {
  const encoders = rows.find(({ mean }) => mean.mode === 'encoders');
  const fits = rows.filter((row) => row !== encoders);
  const documents = number(rows[0]!.mean.documents);
  const teacher = median(encoders, 'teacherSeconds');
  const nameOf = ({ mode, adapter }: LabRow) => `${mode}, ${adapter}`;
  return {
    title: `${name}, ${documents} documents`,
    text: `The student encodes them in ${median(encoders, 'studentSeconds').toPrecision(2)} s. ${
      Number.isNaN(teacher)
        ? 'The teacher’s model is not at hand.'
        : `The teacher encodes ${(documents / teacher).toPrecision(2)} documents a second, by ${number(encoders?.mean.timed)} of them.`
    }`,
    charts: [
      {
        kind: 'scatter',
        title: `${name}: cost against quality`,
        x: 'seconds in all, without encoding',
        y: 'nDCG@10',
        series: fits.map((row) => ({
          name: nameOf(row.mean),
          points: [{ x: median(row, 'allSeconds'), y: median(row, 'ndcg') }],
        })),
      },
    ],
    table: {
      columns: ['teacherSeconds', ...steps],
      rows: fits.map((row) => ({
        name: nameOf(row.mean),
        // The push alone asks no teacher.
        figures: [row.mean.mode === 'baseline' ? null : teacher, ...steps.map((step) => shownMedian(row, step))],
      })),
    },
  };
}

/** With several seeds half of their range behind ±. */
function shownMedian(row: MeanRow, column: string): string | number {
  const values = row.seeds.map((seed) => number(seed[column]));
  const half = (Math.max(...values) - Math.min(...values)) / 2;
  return values.length === 1 ? values[0]! : `${shownFigure(median(row, column))} (±${shownFigure(half)})`;
}

/** NaN where nothing was measured: a mean would follow the one run that something else disturbed. */
function median(row: MeanRow | undefined, column: string): number {
  const values = (row?.seeds ?? []).map((seed) => number(seed[column])).sort((a, b) => a - b);
  const middle = values.length / 2;
  return values.length === 0 ? Number.NaN : (values[Math.ceil(middle) - 1]! + values[Math.floor(middle)]!) / 2;
}
