import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { readTokens } from '../encode/read-tokens.ts';
import type { StaticTable } from '../encode/static-table.ts';
import type { Tokenizer } from '../encode/tokenizer.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { matrix, pickRows } from '../matrix.ts';
import { composeParagraphs } from './compose-paragraphs.ts';
import { type EmbeddedTexts, embedTexts } from './embed-texts.ts';
import { type FittedTable, fitTable, type TaughtTexts } from './fit-table.ts';
import { type TrainedGate, trainGate } from './train-gate.ts';

/** What a student is being made of, and how far that is. */
export type StudentStep =
  | 'texts'
  | 'composing'
  | 'paragraphs'
  | 'composing held-out'
  | 'held-out paragraphs'
  | 'choosing'
  | 'fitting'
  | 'gate';

export interface MakeStudentOptions {
  readonly kernels: Kernels;
  readonly teacher: Encoder;
  /** What the student looks like before it has learned: a token table and what cuts a text into its tokens. */
  readonly start: { readonly table: StaticTable; readonly tokenizer: Tokenizer };
  /** General texts, in random order: every hundredth is held out. */
  readonly texts: readonly string[];
  readonly dims?: number;
  /** Width of the context gate that is trained for the table; null for none. */
  readonly gate?: number | null;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** The share of a step that is done, and the share that a cache of the teacher's had. */
  readonly onProgress?: (step: StudentStep, share: number, known?: number) => void;
}

export interface MadeStudent extends FittedTable {
  readonly weights: Float32Array; // (V)
  /**
   * As trained: whether it `wins` says whether it belongs to the student. Null where none was asked for, or too few held-out
   * texts could tell.
   */
  readonly contextGate: TrainedGate | null;
  /** How many of each were used. */
  readonly texts: number;
  readonly paragraphs: number;
  readonly heldOutTexts: number;
  readonly heldOutParagraphs: number;
  /** Of embedding, and of everything else. */
  readonly seconds: { readonly embed: number; readonly fit: number };
}

/**
 * A token table that has learned from a teacher on general text, before any corpus is seen: embeds the texts, composes
 * paragraphs of neighbouring ones, embeds these, and fits the table to both in closed form.
 *
 * Edge    the same texts, seed and teacher give the same numbers
 * @throws {ChelatedError} too_few_documents below a hundred texts, gate_refused when the result is no better on held-out
 * texts than the table it started from, through the best linear map
 */
export async function makeStudent(options: MakeStudentOptions): Promise<MadeStudent> {
  const { kernels, teacher, start, dims = config.makeStudent.dims, seed = config.seed, signal, onProgress } = options;
  const { gate: width = config.makeStudent.gate.dims } = options;
  const { heldOutEvery, paragraphs: shape } = config.makeStudent;
  if (options.texts.length < heldOutEvery) {
    const got = `got ${options.texts.length}`;
    throw new ChelatedError('too_few_documents', `a student is made from at least ${heldOutEvery} texts, ${got}`);
  }
  const hear = (step: StudentStep) => ({
    ...(signal && { signal }),
    onShare: (share: number, known?: number) => onProgress?.(step, share, known),
  });
  const began = performance.now();
  const { fitted, heldOut } = split(await embedTexts(teacher, options.texts, hear('texts')));
  const textsDone = performance.now();

  const compose = (from: EmbeddedTexts, share: number, drawn: number, step: StudentStep) =>
    composeParagraphs(kernels, from.texts, from.T, {
      count: Math.round(from.texts.length * share),
      seed: drawn,
      ...hear(step),
    });
  const composed = compose(fitted, shape.share, seed, 'composing');
  const judging = compose(heldOut, shape.heldOutShare, seed + 1, 'composing held-out');
  const composedDone = performance.now();
  const paragraphs = await embedTexts(teacher, composed, hear('paragraphs'));
  const judged = await embedTexts(teacher, judging, hear('held-out paragraphs'));
  const embedDone = performance.now();

  const taught = ({ texts, T }: EmbeddedTexts): TaughtTexts => ({ bags: readTokens(texts, start.tokenizer), T });
  const material = {
    texts: taught(fitted),
    paragraphs: taught(paragraphs),
    heldOut: { texts: taught(heldOut), paragraphs: taught(judged) },
  };
  const fit = fitTable(kernels, {
    table: start.table,
    ...material,
    dims: Math.min(dims, teacher.dims),
    onProgress: (step, share) => onProgress?.(step, share),
  });
  const embed = (textsDone - began + embedDone - composedDone) / 1000;
  const { raw, fitted: reached } = fit.heldOut;
  if (!(reached > raw)) {
    const got = `cosine to the teacher ${reached.toFixed(4)}, raw table ${raw.toFixed(4)}`;
    throw new ChelatedError(
      'gate_refused',
      `the student is no better on held-out texts than what it started from (${got}); give it more texts`,
    );
  }
  const { weights } = start.table;
  const judges = heldOut.texts.length + judged.texts.length;
  const contextGate =
    width === null || judges < config.makeStudent.gate.leastHeldOut
      ? null
      : await trainGate(kernels, { ...fit, ...material, weights, dims: width, seed, ...hear('gate') });
  return {
    ...fit,
    weights,
    contextGate,
    texts: fitted.texts.length,
    paragraphs: paragraphs.texts.length,
    heldOutTexts: heldOut.texts.length,
    heldOutParagraphs: judged.texts.length,
    seconds: { embed, fit: (performance.now() - began) / 1000 - embed },
  };
}

/** Every hundredth of the texts apart. The others' vectors move up to where they were: a copy would be as large again. */
function split({ texts, T }: EmbeddedTexts): { fitted: EmbeddedTexts; heldOut: EmbeddedTexts } {
  const { heldOutEvery } = config.makeStudent;
  const isHeldOut = (i: number) => i % heldOutEvery === heldOutEvery - 1;
  const apart = Array.from(texts.keys()).filter(isHeldOut);
  const heldOut = { texts: apart.map((i) => texts[i]!), T: pickRows(T, apart) };
  let rows = 0;
  for (let i = 0; i < T.rows; i++) if (!isHeldOut(i)) T.data.copyWithin(rows++ * T.dims, i * T.dims, (i + 1) * T.dims);
  const kept = matrix(rows, T.dims, T.data.subarray(0, rows * T.dims));
  return { fitted: { texts: texts.filter((_, i) => !isHeldOut(i)), T: kept }, heldOut };
}
