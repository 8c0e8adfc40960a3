import type { LabRow } from './experiment.ts';
import { grouped } from './grouped.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { number } from './number.ts';
import type { Report } from './report.ts';

const columns = ['encodeSeconds', 'chooseSeconds', 'judgeSeconds', 'fitSeconds', 'allSeconds', 'peakMegabytes', 'ndcg'];

/** Cost against quality. */
export function benchmarkReport(rows: readonly MeanRow[]): Report {
  const nameOf = ({ mode, adapter }: LabRow) => `${mode}, ${adapter}`;
  return {
    title: 'What distillation costs',
    introduction:
      'Seconds of each step, each fit in a process of its own; peak memory is that of the process, its runtime and collection included. The time that the student takes to encode the documents is apart; the teacher’s vectors were there.',
    sections: grouped(rows).groups.map(({ name, rows }) => ({
      title: `${name}, ${number(rows[0]!.mean.documents)} documents`,
      charts: [
        {
          kind: 'scatter',
          title: `${name}: cost against quality`,
          x: 'seconds in all',
          y: 'nDCG@10',
          series: rows.map(({ mean }) => ({
            name: nameOf(mean),
            points: [{ x: number(mean.allSeconds), y: number(mean.ndcg) }],
          })),
        },
      ],
      table: {
        columns,
        rows: rows.map((row) => ({
          name: nameOf(row.mean),
          figures: columns.map((column) => figure(row, column)),
        })),
      },
    })),
  };
}
