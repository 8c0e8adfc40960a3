import type { Encoder, TextRole } from '../encode/encoder.ts';
import { takePassage } from '../evaluate/take-segment.ts';
import { random } from '../random.ts';
import type { Texts } from './candidate.ts';

/** A passage cut out of some documents, and what is left of each. */
export interface Passages {
  /** The position of the document that passage i was cut out of. */
  readonly source: readonly number[];
  readonly texts: { readonly passages: readonly string[]; readonly rests: readonly string[] };
  /** As the student sees them. */
  readonly passages: Texts;
  readonly rests: Texts;
}

/**
 * A passage of each of the documents `of`: a sentence, or a run of words of a document without two sentences; a document that
 * is too short for that gives none. Null where there are none, or where the student has no vectors for them.
 */
export async function cutPassages(
  texts: readonly string[],
  of: Uint32Array,
  { student, seed, signal }: { student: Encoder; seed: number; signal?: AbortSignal },
): Promise<Passages | null> {
  if (student.precomputed) return null;
  const generator = random(seed);
  const cut = Array.from(of, (document) => {
    const text = texts[document]!;
    return { document, ...(takePassage(text, generator) ?? { segment: '', rest: '' }) };
  });
  const usable = cut.filter(({ rest }) => rest !== '');
  if (usable.length === 0) return null;
  const [segments, rests] = [usable.map(({ segment }) => segment), usable.map(({ rest }) => rest)];
  return {
    source: usable.map(({ document }) => document),
    texts: { passages: segments, rests },
    passages: await seenBy(student, segments, 'query', signal),
    rests: await seenBy(student, rests, 'document', signal),
  };
}

/** Texts as an encoder sees them. */
export async function seenBy(
  encoder: Encoder,
  texts: readonly string[],
  role: TextRole,
  signal?: AbortSignal,
): Promise<Texts> {
  const { vectors, tokens } = await encoder.encode(texts, { role, ...(signal ? { signal } : {}) });
  return { vectors, tokens: tokens ?? encoder.tokenize(texts) };
}
