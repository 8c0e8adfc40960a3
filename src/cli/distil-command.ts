import { type Command, Option } from 'commander';
import type { AdapterKind, DistilMode, OutputSpace } from '../adapter/card.ts';
import { gateLine, signalsLine } from '../adapter/gate-line.ts';
import { writeAdapter } from '../adapter/write-adapter.ts';
import { config } from '../config.ts';
import { distil } from '../distil/distil.ts';
import type { DistilProgress, DistilResult } from '../distil/distil-options.ts';
import { distilSteps } from '../distil/distil-steps.ts';
import { type PseudoQueryKind, pseudoQueryKinds } from '../distil/pseudo-queries.ts';
import { refusedResult } from '../distil/refused-result.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { datasetWarnings } from '../evaluate/dataset.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { Failure } from './failure.ts';
import { openTeachers } from './open-teachers.ts';
import { options } from './options.ts';
import { parseNumber } from './parse-number.ts';
import { columns, print } from './print.ts';
import { type Progress, progress } from './progress.ts';
import { withBatchKernels } from './with-batch-kernels.ts';
import { assertWritable, writeFile } from './write-file.ts';

interface DistilCommandOptions {
  readonly corpus: string;
  readonly student: string;
  readonly teacher?: readonly string[];
  readonly domain?: readonly string[];
  readonly mode?: DistilMode;
  readonly alpha: number;
  readonly push: number;
  readonly adapter?: AdapterKind;
  readonly space: OutputSpace;
  readonly dims?: number;
  readonly learnProjection?: boolean;
  readonly pseudoQueries?: PseudoQueryKind;
  readonly adversarial: number;
  readonly seed: number;
  readonly labelled?: string;
  readonly judged?: string;
  readonly force?: boolean;
  readonly fallback?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** `chelated distil`: documents and a teacher in, an adapter file out that was judged before it is written. */
export function distilCommand(program: Command): void {
  program
    .command('distil')
    .description('learn an adapter from a teacher’s vectors of your documents, without labels')
    .requiredOption('--corpus <PATH>', 'DATASET_DIR in BEIR layout, or a corpus.jsonl of {"_id", "title", "text"}')
    .addOption(options.student())
    .option(
      '--teacher <ID...>',
      `encoder that teaches: vectors:DOCS.npy in file order, or an encoder (${config.teacher}); of several, held-out documents learn the weights`,
    )
    .option(
      '--domain <ID=PATH...>',
      'another teacher, for documents like those of this corpus; the others, and those far from all such corpora, keep --teacher',
    )
    .addOption(options.mode())
    .addOption(options.alpha())
    .addOption(options.push())
    .addOption(options.adapter())
    .addOption(options.space())
    .addOption(options.dims())
    .option('--learn-projection', 'with mlp or lowrank in space student: train the teacher’s map into that space too')
    .addOption(
      new Option(
        '--adversarial <WEIGHT>',
        'with mlp or lowrank: weight of a discriminator of teacher against corrected vectors',
      )
        .argParser(parseNumber({ minimum: 0, maximum: config.adversary.mostWeight }))
        .default(config.adversary.weight),
    )
    .addOption(
      new Option(
        '--pseudo-queries <KIND>',
        'also learn from a part of each document, encoded by a teacher that is an encoder',
      ).choices(pseudoQueryKinds),
    )
    .addOption(options.seed())
    .option('--labelled <SPLIT>', 'with --mode sdft: judgements of the corpus folder to learn from')
    .option(
      '--judged <SPLIT>',
      'judgements of the corpus folder (qrels/SPLIT.tsv) that decide instead of the label-free signals',
    )
    .option('--force', 'write what the gate refuses, and fit on fewer documents than can be judged')
    .option('--fallback', 'when the teacher or a fit fails, do what still can be done, and say so')
    .requiredOption('--out <FILE.onnx>', 'the adapter; what the gate refuses goes to FILE.refused.onnx instead')
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText(
      'after',
      '\nExample:\n  chelated distil --corpus scifact --student static --teacher vectors:documents.npy --out adapter.onnx',
    )
    .action(run);
}

async function run(given: DistilCommandOptions): Promise<void> {
  const { out, json = false } = given;
  await assertWritable(out);
  const display = progress({ silent: json });
  await withBatchKernels(display, (kernels) => distilWith(kernels, given, display));
}

async function distilWith(kernels: Kernels, given: DistilCommandOptions, display: Progress): Promise<void> {
  const { out, json = false } = given;
  const dataset = await readDataset(given.corpus, given.judged === undefined ? {} : { split: given.judged });
  for (const warning of datasetWarnings(dataset)) display.note(`chelated: ${warning}`);
  const labelled = given.labelled === undefined ? null : await readDataset(given.corpus, { split: given.labelled });
  const student = await openEncoder(given.student, { kernels });
  const documents = {
    ids: dataset.documents.map(({ id }) => id),
    texts: dataset.documents.map(({ text }) => text),
  };
  const onProgress: DistilProgress = (at, share) => display.show(distilSteps[at], share);
  const started = performance.now();
  const input = { documents, student, kernels, seed: given.seed, onProgress };
  const { teaches, mode, step, figures } = await openTeachers(given, input, (line) => display.note(line));
  const finished = (result: DistilResult) => ({ ...result, figures: { ...figures, ...result.figures } });
  try {
    const result = await distil({
      documents,
      student,
      kernels,
      ...teaches,
      ...(mode && { mode }),
      alpha: given.alpha,
      push: given.push,
      ...(given.adapter !== undefined && { adapter: given.adapter }),
      space: given.space,
      // What only a teacher's space has is left out with the teacher.
      ...(step.length === 0 && {
        ...(given.dims !== undefined && { dims: given.dims }),
        learnProjection: given.learnProjection ?? false,
        ...(given.pseudoQueries && { pseudoQueries: given.pseudoQueries }),
        ...(labelled && { labelled }),
      }),
      adversarial: given.adversarial,
      seed: given.seed,
      ...(given.judged !== undefined && { judged: dataset }),
      force: given.force ?? false,
      fallback: given.fallback ?? false,
      onProgress,
    });
    display.stop();
    const steps = [...step, ...result.steps];
    for (const line of result.steps) display.note(`chelated: fallback: ${line}`);
    const document = await write(out, finished(result), (performance.now() - started) / 1000);
    print(json, { ...document, steps }, () => summary(document));
  } catch (error) {
    display.stop();
    const refused = refusedResult(error);
    if (!refused) throw error;
    const aside = `${out.replace(/\.onnx$/, '')}.refused.onnx`;
    const document = await write(aside, finished(refused), (performance.now() - started) / 1000);
    if (refused.card.gate) display.note(`chelated: measured on held-out documents: ${signalsLine(refused.card.gate)}`);
    throw new Failure('gate_refused', `${(error as Error).message}; the file is kept aside as ${aside}`, document);
  }
}

async function write(path: string, { parts, card, figures }: DistilResult, seconds: number) {
  const bytes = await writeAdapter(parts, card);
  await writeFile(path, bytes);
  const promoted = card.gate?.promoted ?? null;
  return { out: path, bytes: bytes.length, promoted, seconds: Math.round(seconds * 100) / 100, card, figures };
}

function summary({ out, bytes, seconds, card, figures }: Awaited<ReturnType<typeof write>>): string {
  const lines = columns([
    ['adapter', `${out} (${Math.ceil(bytes / 1000)} kB)`],
    ['kind', card.kind],
    ['mode', card.mode],
    ['documents', card.failed > 0 ? `${card.documents} (${card.failed} masked)` : card.documents],
    ['dimensions', `${card.dIn} → ${card.dOut}`],
    ['seconds', seconds],
    ['gate', card.gate ? gateLine(card.gate) : 'not asked'],
    ...Object.entries(figures),
  ]);
  return lines;
}
