import { type Command, Option } from 'commander';
import type { Adapter } from '../adapter/adapter.ts';
import { loadAdapter } from '../adapter/load-adapter.ts';
import { mixDocuments } from '../adapter/mix-documents.ts';
import { teacherDocuments } from '../adapter/teacher-documents.ts';
import type { Encoder } from '../encode/encoder.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { adaptedFingerprint } from '../engine/generation.ts';
import { bm25 } from '../evaluate/bm25.ts';
import { datasetWarnings } from '../evaluate/dataset.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import { runLines } from '../evaluate/run-file.ts';
import { type RunScores, scoreRun } from '../evaluate/score-run.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { correctTexts } from './correct-texts.ts';
import { options } from './options.ts';
import { columns, print } from './print.ts';
import { type Progress, progress } from './progress.ts';
import { readAdapterFile } from './read-adapter-file.ts';
import { type AskedSide, documentSides, searchedDocuments } from './searched-documents.ts';
import { timeQueries } from './time-queries.ts';
import { withBatchKernels } from './with-batch-kernels.ts';
import { assertWritable, writeFile } from './write-file.ts';

interface EvaluateCommandOptions {
  readonly dataset: string;
  readonly student: string;
  readonly adapter?: string;
  readonly documents?: AskedSide;
  readonly teacher?: string;
  readonly split?: string;
  readonly run?: string;
  readonly bm25?: boolean;
  readonly json?: boolean;
}

/** `chelated evaluate`: how well a student, corrected or not, retrieves on a judged collection. */
export function evaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description('score retrieval on a judged collection, as trec_eval does')
    .requiredOption(
      '--dataset <DATASET_DIR>',
      'collection in BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv',
    )
    .addOption(options.student())
    .option('--adapter <FILE.onnx>', 'correct with this adapter; without it, the student as it is')
    .addOption(
      new Option(
        '--documents <SIDE>',
        'what is searched: corrected student vectors, the mean of them and the teacher’s (mixed), the teacher’s own, or what the adapter’s card advises (default: advised with --adapter and --teacher, else corrected)',
      ).choices(documentSides),
    )
    .option('--teacher <ID>', 'the teacher’s vectors of the documents: vectors:DOCS.npy, or an encoder')
    .option('--split <NAME>', 'judgements that are used (default: test)')
    .option('--run <FILE>', 'also write the ranked lists as a TREC run')
    .option('--bm25', 'also score BM25 on the same queries, for reference')
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText(
      'after',
      '\nExample:\n  chelated evaluate --dataset scifact --student static --adapter adapter.onnx --json',
    )
    .action(run);
}

async function run(given: EvaluateCommandOptions): Promise<void> {
  if (given.run !== undefined) await assertWritable(given.run);
  const display = progress({ silent: given.json ?? false });
  await withBatchKernels(display, (kernels) => evaluateWith(kernels, given, display));
}

async function evaluateWith(kernels: Kernels, given: EvaluateCommandOptions, display: Progress): Promise<void> {
  const { json = false } = given;
  const encoder = await openEncoder(given.student, { kernels });
  const adapter: Adapter | null =
    given.adapter === undefined ? null : await loadAdapter(await readAdapterFile(given.adapter), { encoder, kernels });
  const { searched, because } = searchedDocuments(given.documents, given.teacher, adapter?.card ?? null);
  const dataset = await readDataset(given.dataset, given.split === undefined ? {} : { split: given.split });
  for (const warning of datasetWarnings(dataset)) display.note(`chelated: ${warning}`);

  const embed = (by: Encoder, through: Adapter | null) =>
    correctTexts(by, through, dataset.documents, 'document', (share) => display.show('documents', share));
  const taught = async () => {
    const teacher = await openEncoder(given.teacher!, { kernels });
    const vectors = await embed(teacher, null);
    if (adapter) return adapter.alignTeacher(vectors);
    const texts = dataset.documents.map(({ text }) => text);
    return teacherDocuments(vectors, { student: encoder, teacher, texts, kernels });
  };
  const documents =
    searched === 'teacher'
      ? await taught()
      : searched === 'mixed'
        ? mixDocuments(kernels, await embed(encoder, adapter), await taught())
        : await embed(encoder, adapter);

  const queryPositions = judgedQueries(dataset);
  const judged = queryPositions.map((position) => ({ ...dataset.queries[position]!, position }));
  const queries = await correctTexts(encoder, adapter, judged, 'query', (share) => display.show('queries', share));
  display.stop();
  const { run: lists, ...scores } = evaluate({ dataset, kernels, documents, queries, queryPositions });
  const microseconds = await timeQueries(encoder, adapter, judged);
  if (given.run !== undefined) await writeFile(given.run, [...runLines(lists)].join(''));

  const reference = given.bm25
    ? scoreRun(await bm25({ documents: dataset.documents, queries: judged }), dataset.judgements)
    : null;

  const document = {
    documents: scores.documents,
    queries: scores.queries,
    searched,
    searched_because: because,
    ...picked(scores),
    encode_us_per_query: microseconds,
    fingerprint: adapter ? await adaptedFingerprint(encoder.baseFingerprint, adapter) : encoder.baseFingerprint,
    ...(reference && { bm25: picked(reference) }),
  };
  print(json, document, () => columns(Object.entries(document)));
}

/** The figures that are printed, under their fixed names. */
function picked(scores: RunScores) {
  return {
    'ndcg@10': scores['ndcg@10'],
    'recall@100': scores['recall@100'],
    'mrr@10': scores['mrr@10'],
    map: scores.map,
  };
}
