import { writeGate } from '../../src/encode/context-gate.ts';
import { writeSafetensors } from '../../src/encode/safetensors.ts';
import type { StudentFiles } from '../../src/encode/static-student.ts';
import { fingerprint } from '../../src/fingerprint.ts';
import { matrix } from '../../src/matrix.ts';

const words = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'a',
  'b',
  '##b',
  'cat',
  'dog',
  '.',
  'caf',
  '##e',
  'σ',
  '##ς',
  '##σ',
];

/** A BERT tokenizer of sixteen word pieces, as a `tokenizer.json`. */
export const tinyTokenizer = JSON.stringify({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: words.slice(0, 5).map((content, id) => ({
    ...{ id, content, special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  },
});

export const tinyRows = 16;
export const tinyDims = 3;
/** Integers, so that int8 rows hold them exactly with scale ½. */
export const tinyTable = Float32Array.from({ length: tinyRows * tinyDims }, (_, i) => ((i * 7) % 23) - 11);
export const tinyWeights = Float32Array.from({ length: tinyRows }, (_, t) => (t + 1) / 16);

/** The folder of a student with that tokenizer, int8 rows, and every weight different. */
export async function tinyStudent(change: { revision?: string; weights?: Float32Array } = {}): Promise<StudentFiles> {
  const table = writeSafetensors({
    embeddings: { dtype: 'I8', shape: [tinyRows, tinyDims], data: Int8Array.from(tinyTable, (x) => 2 * x) },
    scales: { dtype: 'F32', shape: [tinyRows], data: new Float32Array(tinyRows).fill(0.5) },
    weights: { dtype: 'F16', shape: [tinyRows], data: change.weights ?? tinyWeights },
  });
  const card = {
    ...{ formatVersion: 1, id: 'tiny', revision: change.revision ?? '1', dims: tinyDims, vocabularySize: tinyRows },
    ...{ table: await fingerprint(table), provenance: {} },
  };
  return { card: JSON.stringify(card), tokenizer: tinyTokenizer, table };
}

/** The same student with a context gate of width 2. */
export async function gatedTinyStudent(gate = writeGate(tinyGate)): Promise<StudentFiles> {
  const files = await tinyStudent();
  const card = JSON.stringify({ ...JSON.parse(files.card), gate: await fingerprint(gate) });
  return { ...files, card, gate };
}

const steps = Float32Array.from({ length: 4 * tinyDims }, (_, i) => (i - 6) / 16);
export const tinyGate = {
  context: matrix(tinyDims, 2, steps.slice(0, 2 * tinyDims)),
  tokens: matrix(2, tinyDims, steps.slice(2 * tinyDims)),
};
