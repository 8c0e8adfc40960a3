import type { Adapter } from '../../src/adapter/adapter.ts';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import type { Tokenizer } from '../../src/encode/tokenizer.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { random } from '../../src/random.ts';
import { normalMatrix, sample } from '../adapter/samples.ts';

/** A vocabulary of `w0` … `w39`; every other word has no token. */
export const vocabulary = 40;
export const dims = 10;

const tokenizer: Tokenizer = {
  hash: 'tiny',
  vocabularySize: vocabulary,
  encode: (text, maxTokens) =>
    Uint32Array.from(
      text
        .split(/\s+/)
        .flatMap((word) => (/^w\d+$/.test(word) && Number(word.slice(1)) < vocabulary ? [Number(word.slice(1))] : []))
        .slice(0, maxTokens),
    ),
};

export function tinyStudent(kernels: Kernels, seed = 1): Promise<Encoder> {
  const numbers = random(seed);
  const rows = normalMatrix(numbers, vocabulary, dims);
  const weights = Float32Array.from({ length: vocabulary }, () => 0.2 + numbers.uniform());
  return staticEncoder({ id: `tiny-${seed}`, revision: '1', table: { rows, weights }, tokenizer }, kernels);
}

/** The same with a context gate that moves every weight. */
export async function gatedStudent(kernels: Kernels, seed = 1): Promise<Encoder> {
  const { id, table, tokenizer } = await tinyStudent(kernels, seed);
  const numbers = random(seed + 100);
  const gate = { context: normalMatrix(numbers, dims, 3), tokens: normalMatrix(numbers, 3, dims) };
  return staticEncoder({ id, revision: 'gated', table: table!, tokenizer, gate }, kernels);
}

export function tinyDocuments(count: number, seed = 2): { id: string; text: string }[] {
  const numbers = random(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `d${i}`,
    text: Array.from({ length: 3 + numbers.integer(8) }, () => `w${numbers.integer(vocabulary)}`).join(' '),
  }));
}

/** The file of a made-up adapter for this student. */
export function tinyAdapter(kind: 'affine' | 'lexical', encoder: Encoder, seed = 3): Promise<Uint8Array> {
  const { parts, card } = sample(kind, seed, { dIn: dims, vocabulary, bias: true });
  return writeAdapter(parts, { ...card, baseFingerprint: encoder.baseFingerprint, student: encoder.id });
}

/** An engine over a tiny student whose default collection has `count` documents. */
export async function tinyEngine(kernels: Kernels, count = 60, options: Partial<EngineOptions> = {}) {
  const encoder = options.encoder ?? (await tinyStudent(kernels));
  const documents = tinyDocuments(count);
  const events: EngineEvent[] = [];
  const engine = await Engine.open({ kernels, onEvent: (event) => events.push(event), ...options, encoder });
  const collection = engine.collection();
  await collection.upsert(documents);
  return { engine, collection, encoder, documents, events };
}

/** Opens adapter files as an engine does, with `correct` replaced while `broken.reason` is set. */
export function breakable(encoder: Encoder, kernels: Kernels) {
  const broken: { reason: string | null } = { reason: null };
  const openAdapter = async (file: Uint8Array): Promise<Adapter> => {
    const adapter = await loadAdapter(file, { encoder, kernels });
    return {
      card: adapter.card,
      hash: adapter.hash,
      backend: adapter.backend,
      correct: (input) => (broken.reason === null ? adapter.correct(input) : Promise.reject(new Error(broken.reason))),
      alignTeacher: (T) => adapter.alignTeacher(T),
      dispose: () => adapter.dispose(),
    };
  };
  return { broken, openAdapter };
}
