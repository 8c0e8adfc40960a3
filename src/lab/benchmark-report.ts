import type { LabRow } from './experiment.ts';
import type { Report, Section } from './report.ts';
import { byName, distinct, number } from './report-rows.ts';

const steps = ['chooseSeconds', 'judgeSeconds', 'fitSeconds', 'allSeconds', 'peakMegabytes', 'ndcg'];

/** Cost against quality; several seeds are several runs. */
export function benchmarkReport(rows: readonly LabRow[]): Report {
  return {
    title: 'What distillation costs',
    introduction:
      'Seconds of each step, each fit in a process of its own, the median of its seeds; peak memory is that of the process, its runtime and collection included. Apart from them, what the teacher takes to encode the documents once: its vectors were there.',
    sections: distinct(rows, 'collection').map((collection) => costs(collection, byName(rows, collection))),
  };
}

function costs(collection: string, rows: readonly LabRow[]): Section {
  const encoders = rows.filter(({ mode }) => mode === 'encoders');
  const fits = rows
    .filter(({ mode }) => mode !== 'encoders')
    .map((row): LabRow => ({ ...row, name: `${row.mode}, ${row.adapter}` }));
  const kinds = distinct(fits, 'name').map((name) => ({ name, of: fits.filter((row) => row.name === name) }));
  const documents = number(rows[0]?.documents);
  const teacher = median(encoders, 'teacherSeconds');
  const rate = (documents / teacher).toPrecision(2);
  return {
    title: `${collection}, ${documents} documents`,
    text: `The student encodes them in ${median(encoders, 'studentSeconds').toPrecision(2)} s. ${
      Number.isNaN(teacher)
        ? 'The teacher’s model is not at hand.'
        : `The teacher encodes ${rate} documents a second, by ${number(encoders[0]?.timed)} of them.`
    }`,
    charts: [
      {
        kind: 'scatter',
        title: `${collection}: cost against quality`,
        x: 'seconds in all, without encoding',
        y: 'nDCG@10',
        series: kinds.map(({ name, of }) => ({
          name,
          points: [{ x: median(of, 'allSeconds'), y: median(of, 'ndcg') }],
        })),
      },
    ],
    table: {
      columns: ['teacherSeconds', ...steps],
      rows: kinds.map(({ name, of }) => ({
        name,
        // The push alone asks no teacher.
        figures: [of[0]!.mode === 'baseline' ? null : teacher, ...steps.map((step) => median(of, step))],
      })),
    },
  };
}

/** NaN where nothing was measured. */
function median(rows: readonly LabRow[], column: string): number {
  const values = rows.map((row) => number(row[column])).sort((a, b) => a - b);
  const middle = values.length / 2;
  return values.length === 0 ? Number.NaN : (values[Math.ceil(middle) - 1]! + values[Math.floor(middle)]!) / 2;
}
