import type { Adapter } from '../adapter/adapter.ts';
import type { Encoder } from '../encode/encoder.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import { type ReportRow, reportTable } from '../evaluate/report-table.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { correctTexts } from './correct-texts.ts';
import type { Sample } from './sample.ts';
import { timeQueries } from './time-queries.ts';

interface SampleReportOptions {
  readonly sample: Sample;
  readonly student: Encoder;
  readonly adapter: Adapter;
  /** Size of the adapter file. */
  readonly adapterBytes: number;
  readonly kernels: Kernels;
}

/** The table of the first start: how the student, the corrected student and the teacher retrieve on the sample. */
export async function sampleReport(options: SampleReportOptions): Promise<string> {
  const { student, adapter, sample, adapterBytes } = options;
  const tableBytes = sizeOf(student);
  const rows: ReportRow[] = [
    await row(options, 'student', student, null, tableBytes),
    await row(options, 'corrected', student, adapter, tableBytes && tableBytes + adapterBytes),
    await row(options, 'teacher', sample.teacher, null, null),
  ];
  return reportTable(['nDCG@10', 'recall@100', 'µs a query', 'kB'], rows);
}

async function row(
  { sample: { dataset }, kernels }: SampleReportOptions,
  name: string,
  encoder: Encoder,
  adapter: Adapter | null,
  bytes: number | null,
): Promise<ReportRow> {
  const queryPositions = judgedQueries(dataset);
  const judged = queryPositions.map((position) => ({ ...dataset.queries[position]!, position }));
  const documents = await correctTexts(encoder, adapter, dataset.documents, 'document');
  const queries = await correctTexts(encoder, adapter, judged, 'query');
  const scores = evaluate({ dataset, kernels, documents, queries, queryPositions });
  // Looking a stored vector up says nothing of what the model behind it costs.
  const microseconds = encoder.precomputed ? null : Math.round(await timeQueries(encoder, adapter, judged));
  const kB = bytes === null ? null : Math.round(bytes / 1000);
  return { name, figures: [scores['ndcg@10'], scores['recall@100'], microseconds, kB] };
}

function sizeOf({ table, gate }: Encoder): number | null {
  if (!table) return null;
  const { rows, weights } = table;
  const ofGate = gate ? 2 * (gate.context.data.length + gate.tokens.data.length) : 0; // f16, as its file has it
  return rows.data.byteLength + ('scales' in rows ? rows.scales.byteLength : 0) + weights.byteLength + ofGate;
}
