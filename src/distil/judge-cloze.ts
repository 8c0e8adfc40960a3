import type { Adapter } from '../adapter/adapter.ts';
import type { SignalFigures } from '../adapter/card.ts';
import type { Encoder } from '../encode/encoder.ts';
import { inverseCloze } from '../evaluate/inverse-cloze.ts';
import { pairedSignal } from '../evaluate/paired-signal.ts';
import { takeSentence, takeWindow } from '../evaluate/take-segment.ts';
import type { Matrix } from '../matrix.ts';
import { random } from '../random.ts';
import type { Texts } from './candidate.ts';
import type { Corpus } from './corpus.ts';
import type { JudgeInput } from './judge-fit.ts';

export interface ClozeSignals {
  readonly inverseCloze: SignalFigures | null;
  readonly teacher: SignalFigures | null;
}

/**
 * Inverse cloze of the student, the candidate and, where it can encode, the teacher. A document without two sentences gives
 * a run of words instead; one that is too short for that is no query.
 */
export async function judgeCloze(
  { kernels, student, teacher, seed, signal }: JudgeInput,
  pool: Corpus,
  of: Uint32Array,
  corrected: Matrix,
  adapter: Adapter,
): Promise<ClozeSignals> {
  if (student.precomputed) return { inverseCloze: null, teacher: null };
  const generator = random(seed);
  const cut = Array.from(of, (document) => ({ document, ...segmentOf(pool.texts[document]!) }));
  const usable = cut.filter(({ rest }) => rest !== '');
  if (usable.length === 0) return { inverseCloze: null, teacher: null };
  const texts = [usable.map(({ segment }) => segment), usable.map(({ rest }) => rest)] as const;
  const source = usable.map(({ document }) => document);
  const score = (documents: Matrix, sentences: Matrix, rests: Matrix) =>
    inverseCloze(kernels, { documents, sentences, rests, source });

  const [sentences, rests] = [await seen(student, texts[0], 'query'), await seen(student, texts[1], 'document')];
  const before = score(pool.X, sentences.vectors, rests.vectors);
  const after = score(corrected, await adapter.correct(sentences), await adapter.correct(rests));
  const inverse = pairedSignal(before, after);
  if (!teacher || teacher.precomputed || !pool.T) return { inverseCloze: inverse, teacher: null };
  const taught = [await seen(teacher, texts[0], 'query'), await seen(teacher, texts[1], 'document')] as const;
  return { inverseCloze: inverse, teacher: pairedSignal(before, score(pool.T, taught[0].vectors, taught[1].vectors)) };

  function segmentOf(text: string) {
    return takeSentence(text, generator) ?? takeWindow(text, generator) ?? { segment: '', rest: '' };
  }

  async function seen(encoder: Encoder, of: readonly string[], role: 'document' | 'query'): Promise<Texts> {
    const { vectors, tokens } = await encoder.encode(of, { role, ...(signal ? { signal } : {}) });
    return { vectors, tokens: tokens ?? encoder.tokenize(of) };
  }
}
