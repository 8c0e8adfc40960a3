import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { config } from '../config.ts';
import { model2vecFiles } from '../host/model2vec-files.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { wordPieceLimits } from '../kernels/word-piece-abi.ts';
import { type BuildStep, buildStudent } from '../student/build-student.ts';
import { type GeneralSource, generalSources } from '../student/gather-texts.ts';
import { type TableDtype, tableDtypes } from '../student/student-files.ts';
import type { TrainedGate } from '../student/train-gate.ts';
import { writeStudentFolder } from '../student/write-student-folder.ts';
import { options } from './options.ts';
import { parseNumber } from './parse-number.ts';
import { columns, print } from './print.ts';
import { type Progress, progress } from './progress.ts';
import { withBatchKernels } from './with-batch-kernels.ts';
import { makeFolder, writeFile } from './write-file.ts';

/** Widths of a context gate. */
const gates = [...new Set([config.makeStudent.gate.dims, 64])].map(String).concat('none');

interface StudentCommandOptions {
  readonly teacher: string;
  readonly texts: readonly string[];
  readonly general: GeneralSource;
  readonly limit?: number;
  readonly dims: number;
  readonly dtype: TableDtype;
  readonly wordBuckets?: number;
  readonly seed: number;
  readonly gate: string;
  readonly raw?: boolean;
  readonly id?: string;
  readonly licence?: string;
  readonly model2vec?: string;
  readonly cache: string;
  readonly out: string;
  readonly json?: boolean;
}

const steps: Record<BuildStep, string> = {
  tokens: 'token vectors',
  texts: 'teacher: texts',
  composing: 'composing paragraphs',
  paragraphs: 'teacher: paragraphs',
  'composing held-out': 'composing held-out ones',
  'held-out paragraphs': 'teacher: held-out ones',
  choosing: 'choosing λ',
  fitting: 'fitting the table',
  gate: 'training the gate',
};

const help = `
How good, how long (share of the teacher's nDCG@10 without a corpus, mean of four collections; two cores, a teacher of
all-MiniLM-L6-v2's size):
  --limit 8000      .78, about 2 minutes
  all of WordNet    .83, about 45 minutes
Stopped, the same command goes on where it was.

Example:
  chelated student --teacher all-MiniLM-L6-v2 --limit 8000 --out my-student`;

/** `chelated student`: a static student from a teacher and general text, before any corpus is seen. */
export function studentCommand(program: Command): void {
  program
    .command('student')
    .description('make a static student from a teacher and general text')
    .option(
      '--teacher <ID>',
      'a transformer (folder or name), or openai:MODEL[@URL], which has no table of tokens: then table and tokenizer of the shipped student are what is fitted',
      config.teacher,
    )
    .option('--texts <FILE...>', 'texts of your own: .jsonl with "text", or one a line', [])
    .addOption(
      new Option('--general <SOURCE>', 'general text to learn from').choices(generalSources).default('wordnet'),
    )
    .addOption(
      new Option('--limit <NUMBER>', 'of texts; see below (default: all)').argParser(
        parseNumber({ minimum: 1, whole: true }),
      ),
    )
    .addOption(
      new Option('--dims <NUMBER>', 'width of the table')
        .argParser(parseNumber({ minimum: 1, whole: true }))
        .default(config.makeStudent.dims),
    )
    .addOption(
      new Option('--dtype <TYPE>', 'number type of the table').choices(tableDtypes).default(config.makeStudent.dtype),
    )
    .addOption(
      new Option(
        '--word-buckets <BITS>',
        'words and pairs of words as further tokens, hashed into 2^BITS buckets, for adapters to learn; no rows of the table',
      ).argParser(parseNumber({ minimum: 1, maximum: wordPieceLimits.bucketBits, whole: true })),
    )
    .addOption(
      new Option('--seed <NUMBER>', 'of the order of the texts and of the paragraphs')
        .argParser(parseNumber({ minimum: 0, whole: true }))
        .default(config.seed),
    )
    .addOption(
      new Option(
        '--gate <WIDTH>',
        'weigh each token by the text that it stands in, where held-out texts gain by it; not with --raw',
      )
        .choices(gates)
        .default(String(config.makeStudent.gate.dims)),
    )
    .option('--raw', 'the token table alone, without learning; needs a transformer')
    .option('--id <NAME>', 'what the student calls itself (default: the name of the folder)')
    .option('--licence <NAME>', 'of the teacher, for the card and the NOTICE of what is made from it: Apache-2.0, say')
    .option('--cache <DIR>', 'where the teacher’s vectors are kept meanwhile', join(config.dataDirectory, 'embeddings'))
    .option('--model2vec <DIR>', 'also write it in model2vec’s layout, without the gate')
    .requiredOption('--out <DIR>', 'folder of the student, for --student DIR')
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText('after', help)
    .action(run);
}

async function run(given: StudentCommandOptions): Promise<void> {
  await makeFolder(given.out);
  const display = progress({ silent: given.json ?? false });
  await withBatchKernels(display, (kernels) => buildWith(kernels, given, display));
}

async function buildWith(kernels: Kernels, given: StudentCommandOptions, display: Progress): Promise<void> {
  const { out, json = false, limit, teacher, texts, general, dims, dtype, seed, raw = false } = given;
  const id =
    given.id ??
    out
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1)!;
  const { files, made } = await buildStudent({
    ...{ kernels, teacher, files: texts, general, dims, dtype, seed, raw, id, cache: given.cache },
    ...(limit !== undefined && { limit }),
    ...(given.licence !== undefined && { licence: given.licence }),
    gate: given.gate === 'none' ? null : Number(given.gate),
    ...(given.wordBuckets !== undefined && { wordBucketBits: given.wordBuckets }),
    onProgress: (step, share, known) => display.show(steps[step], share, known === undefined ? {} : { known }),
  });
  display.stop();
  await writeStudentFolder(out, files);
  if (given.model2vec !== undefined) {
    await makeFolder(given.model2vec);
    for (const [name, content] of await model2vecFiles(files, null, kernels)) {
      await writeFile(join(given.model2vec, name), content);
    }
  }
  const leftOut = given.model2vec !== undefined && files.gate ? { model2vec_left_out: 'context gate' } : {};
  const document = {
    out,
    bytes: files.table.length,
    ...figures(made, given.gate !== 'none'),
    ...leftOut,
    card: JSON.parse(files.card),
  };
  const { card, ...shown } = document;
  print(json, document, () => columns(Object.entries(shown)));
}

const verdict = ({ wins }: TrainedGate) => (wins ? 'kept' : 'left out: held-out texts gain nothing');

function figures(made: Awaited<ReturnType<typeof buildStudent>>['made'], asked: boolean) {
  if (!made) return {};
  const { texts, paragraphs, heldOutTexts, lambda, iterations, residual, heldOut, contextGate, seconds } = made;
  return {
    ...{ texts, paragraphs, held_out_texts: heldOutTexts, lambda, iterations, residual },
    ...{ held_out_cosine_raw: heldOut.raw, held_out_cosine: heldOut.fitted },
    ...(contextGate && { held_out_cosine_gated: contextGate.heldOut.gated }),
    ...(asked && { context_gate: contextGate ? verdict(contextGate) : 'left out: too few held-out texts' }),
    ...{ embed_seconds: seconds.embed, fit_seconds: seconds.fit },
  };
}
