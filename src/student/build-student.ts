import { config } from '../config.ts';
import { cachedEncoder } from '../encode/cache/cached-encoder.ts';
import type { Encoder } from '../encode/encoder.ts';
import { findModel } from '../encode/onnx/find-model.ts';
import { readText } from '../encode/onnx/model-files.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { openTokenizer } from '../encode/open-tokenizer.ts';
import type { StudentFiles } from '../encode/static-student.ts';
import { staticStudent } from '../encode/static-student.ts';
import type { StaticTable } from '../encode/static-table.ts';
import { readStudentCard, type StudentCard } from '../encode/student-card.ts';
import { readStudentFolder, shippedStudent } from '../encode/student-folder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type GeneralSource, gatherTexts } from './gather-texts.ts';
import { type MadeStudent, makeStudent, type StudentStep } from './make-student.ts';
import { rawTable } from './raw-table.ts';
import { studentFiles, type TableDtype } from './student-files.ts';
import { tokenVectors } from './token-vectors.ts';
import type { TrainedGate } from './train-gate.ts';

export type BuildStep = 'tokens' | StudentStep;

export interface BuildStudentOptions {
  readonly kernels: Kernels;
  /** As `openEncoder` takes it. */
  readonly teacher: string;
  readonly files?: readonly string[];
  readonly general?: GeneralSource;
  readonly limit?: number;
  readonly dims?: number;
  readonly dtype?: TableDtype;
  /** Words and pairs of words are further tokens, in 2^this buckets; none unless named. */
  readonly wordBucketBits?: number;
  readonly seed?: number;
  /** Width of the context gate, which is kept where it gains on held-out text; null for none. */
  readonly gate?: number | null;
  /** The token table alone, without learning. */
  readonly raw?: boolean;
  /** Folder where the teacher's vectors are kept, so that a run that was stopped goes on. */
  readonly cache?: string;
  readonly id: string;
  readonly revision?: string;
  /** Of the teacher, for the card and its notice: whoever passes the student on needs it. */
  readonly licence?: string;
  /** The share of a step that is done, and the share that the cache had. */
  readonly onProgress?: (step: BuildStep, share: number, known?: number) => void;
}

export interface BuiltStudent {
  readonly files: StudentFiles;
  /** What the fit came to; null for a raw table. */
  readonly made: MadeStudent | null;
}

/**
 * A student folder's files, from a teacher's name and general text.
 *
 * A transformer gives the table to start from; of an embedding service only vectors of texts can be had, so there it is the
 * shipped student's table and tokenizer.
 *
 * @throws {ChelatedError} what opening the teacher, reading the texts and `makeStudent` throw
 */
export async function buildStudent(options: BuildStudentOptions): Promise<BuiltStudent> {
  const { kernels, dims = config.makeStudent.dims, dtype = config.makeStudent.dtype, seed = config.seed } = options;
  const { id, revision = '1', files = [], general = 'wordnet', limit, wordBucketBits } = options;
  const gathered = options.raw
    ? null
    : await gatherTexts({ files, general, seed, ...(limit !== undefined && { limit }) });
  const start = await startingPoint(options, dims);
  const { tokenizerJson } = start;
  // Before the work: a tokenizer that has no words is refused.
  if (wordBucketBits !== undefined) await openTokenizer(tokenizerJson, undefined, wordBucketBits);
  const common = { id, revision, dtype, tokenizerJson, ...(wordBucketBits !== undefined && { wordBucketBits }) };
  if (!gathered) {
    const { table, provenance } = start;
    const { rows } = table;
    if ('scales' in rows) {
      throw new ChelatedError('invalid_input', `${options.teacher} has no token table; a raw one needs a transformer`);
    }
    return { files: await studentFiles({ ...common, rows, weights: table.weights, provenance }), made: null };
  }
  const opened = await openEncoder(options.teacher, { kernels });
  const teacher = options.cache === undefined ? opened : cachedEncoder(opened, { directory: options.cache });
  try {
    const tokenizer = await openTokenizer(start.tokenizerJson);
    const made = await makeStudent({
      ...{ kernels, teacher, start: { table: start.table, tokenizer }, texts: gathered.texts, dims, seed },
      ...(options.gate !== undefined && { gate: options.gate }),
      onProgress: (...at) => options.onProgress?.(...at),
    });
    const provenance = { source: teacher.id, ...start.provenance, ...learned(made, gathered.sources, seed) };
    const teacherSpace = spaceOf(made, teacher);
    const gate = made.contextGate?.wins ? made.contextGate.gate : null;
    return { files: await studentFiles({ ...common, ...made, gate, teacherSpace, provenance }), made };
  } finally {
    teacher.dispose();
  }
}

interface StartingPoint {
  readonly table: StaticTable;
  readonly tokenizerJson: string;
  readonly provenance: Readonly<Record<string, unknown>>;
}

async function startingPoint(options: BuildStudentOptions, dims: number): Promise<StartingPoint> {
  const { kernels, teacher, licence } = options;
  if (teacher.startsWith('openai:')) {
    const files = await readStudentFolder(shippedStudent());
    const student = await staticStudent(files, kernels);
    const { table } = student;
    student.dispose();
    return {
      table: table!,
      tokenizerJson: files.tokenizer,
      provenance: { ...(licence && { licence }), startedFrom: origin(readStudentCard(files.card)) },
    };
  }
  const model = await findModel(teacher);
  const vectors = await tokenVectors(model, kernels, {
    ...(options.cache !== undefined && { cache: { directory: options.cache } }),
    onShare: (...at) => options.onProgress?.('tokens', ...at),
  });
  const { table, kept } = rawTable(kernels, vectors, dims);
  return {
    table,
    tokenizerJson: (await readText(model, 'tokenizer.json'))!,
    provenance: {
      source: model.name,
      ...(licence && { licence }),
      ...(model.revision && { sourceRevision: model.revision }),
      tokenTable: `vectors of single tokens between the model's special tokens, centred, ${dims} principal components; weights a/(a+p), a = ${config.makeStudent.sifA}, p = Zipf of the token's rank`,
      tokenTableSource: 'model2vec (Tulkens & van Dongen 2024); SIF (Arora, Liang & Ma 2017)',
      tokenTableVarianceKept: rounded(kept),
    },
  };
}

/** What a student says of the one it started from: its licence goes on to whatever is made of it. */
function origin({ id, revision, table, provenance: { source, licence } }: StudentCard) {
  return { student: id, revision, table, source, licence };
}

function learned(made: MadeStudent, sources: Readonly<Record<string, unknown>>, seed: number) {
  const { raw, lambdas, fitted } = made.heldOut;
  return {
    recipe:
      'ridge on token features from the token table to the teacher’s centred vectors of general texts and of paragraphs composed from them',
    texts: sources,
    fitted: {
      texts: made.texts,
      paragraphs: made.paragraphs,
      heldOut: made.heldOutTexts,
      heldOutParagraphs: made.heldOutParagraphs,
    },
    ...{ seed, lambda: made.lambda, iterations: made.iterations, residual: rounded(made.residual) },
    varianceKept: rounded(made.kept),
    heldOutCosine: {
      raw: rounded(raw),
      fitted: rounded(fitted),
      lambdas: Object.fromEntries(Object.entries(lambdas).map(([lambda, cosine]) => [lambda, rounded(cosine)])),
    },
    ...(made.contextGate && { contextGate: learnedGate(made.contextGate) }),
    madeBy: config.createdBy,
  };
}

function learnedGate({ gate, steps, wins, heldOut: { gated, error } }: TrainedGate) {
  const heldOutCosine = { gated: rounded(gated), standardErrorOfGain: Number(error.toPrecision(2)) };
  return { kept: wins, dims: gate.tokens.rows, steps, heldOutCosine };
}

function spaceOf({ basis, centre }: MadeStudent, { id, baseFingerprint }: Encoder) {
  return { teacher: id, teacherFingerprint: baseFingerprint, basis, centre };
}

const rounded = (x: number) => Number(x.toFixed(4));
