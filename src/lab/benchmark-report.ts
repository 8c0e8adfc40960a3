import type { LabRow } from './experiment.ts';
import type { Report } from './report.ts';
import { byName, distinct, number, ofSeed } from './report-rows.ts';

const columns = ['encodeSeconds', 'chooseSeconds', 'judgeSeconds', 'fitSeconds', 'allSeconds', 'peakMegabytes', 'ndcg'];

/** Cost against quality. */
export function benchmarkReport(rows: readonly LabRow[]): Report {
  const first = ofSeed(rows);
  const nameOf = (row: LabRow) => `${row.mode}, ${row.adapter}`;
  return {
    title: 'What distillation costs',
    introduction:
      'Seconds of each step, each fit in a process of its own; peak memory is that of the process, its runtime and collection included. The time that the student takes to encode the documents is apart; the teacher’s vectors were there.',
    sections: distinct(first, 'collection').map((collection) => ({
      title: `${collection}, ${number(byName(first, collection)[0]?.documents)} documents`,
      charts: [
        {
          kind: 'scatter',
          title: `${collection}: cost against quality`,
          x: 'seconds in all',
          y: 'nDCG@10',
          series: byName(first, collection).map((row) => ({
            name: nameOf(row),
            points: [{ x: number(row.allSeconds), y: number(row.ndcg) }],
          })),
        },
      ],
      table: {
        columns,
        rows: byName(first, collection).map((row) => ({
          name: nameOf(row),
          figures: columns.map((column) => number(row[column])),
        })),
      },
    })),
  };
}
