import type { Adapter } from '../../src/adapter/adapter.ts';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import type { Tokenizer } from '../../src/encode/tokenizer.ts';
import { Engine, type EngineDocument } from '../../src/engine/engine.ts';
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

export function tinyDocuments(count: number, seed = 2): EngineDocument[] {
  const numbers = random(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `d${i}`,
    text: Array.from({ length: 3 + numbers.integer(8) }, () => `w${numbers.integer(vocabulary)}`).join(' '),
  }));
}

/** A made-up adapter for this student, from its own file. */
export async function tinyAdapter(kind: 'affine' | 'lexical', encoder: Encoder, kernels: Kernels): Promise<Adapter> {
  const { parts, card } = sample(kind, 3, { dIn: dims, vocabulary, bias: true });
  const bytes = await writeAdapter(parts, { ...card, baseFingerprint: encoder.baseFingerprint, student: encoder.id });
  return loadAdapter(bytes, { encoder, kernels });
}

/** The same, never written, so without a hash. */
export async function unwrittenAdapter(encoder: Encoder, kernels: Kernels): Promise<Adapter> {
  const { parts, card } = sample('affine', 3, { dIn: dims });
  return kernelsAdapter({ parts, card: { ...card, baseFingerprint: encoder.baseFingerprint } }, { kernels });
}

export async function tinyEngine(kernels: Kernels, count = 60) {
  const encoder = await tinyStudent(kernels);
  const documents = tinyDocuments(count);
  const fallbacks: string[] = [];
  const engine = await Engine.create({
    encoder,
    kernels,
    documents,
    onFallback: ({ reason }) => fallbacks.push(reason),
  });
  return { engine, encoder, documents, fallbacks };
}
