import type { Encoder } from '../encode/encoder.ts';
import { takePassage, takeTitle } from '../evaluate/take-segment.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { pickBags, type TokenBags } from '../token-bags.ts';
import type { Corpus } from './corpus.ts';
import type { DistilProgress } from './distil-options.ts';
import { usableDocuments } from './usable-documents.ts';

/** titles: how a document begins. sentences: a sentence drawn from it, or a run of words where it has no two. */
export const pseudoQueryKinds = ['titles', 'sentences'] as const;
export type PseudoQueryKind = (typeof pseudoQueryKinds)[number];

/** Parts of documents with what student and teacher make of them: short texts as further rows of a fit. */
export interface PseudoQueries {
  /** The row of the document that each was taken from. */
  readonly source: Uint32Array;
  readonly X: Matrix; // (m, d), unit rows
  readonly bags: TokenBags;
  readonly T: Matrix; // (m, e), unit rows
}

export interface PseudoQueryInput {
  readonly kernels: Kernels;
  readonly student: Encoder;
  readonly teacher: Encoder;
  readonly seed: number;
  readonly onProgress?: DistilProgress;
  readonly signal?: AbortSignal;
}

/** One of each document; a document that is too short, or whose part has no vector, gives none. */
export async function pseudoQueries(
  kind: PseudoQueryKind,
  { texts }: Pick<Corpus, 'texts'>,
  { kernels, student, teacher, seed, onProgress, signal }: PseudoQueryInput,
): Promise<PseudoQueries> {
  const generator = random(seed);
  const parts = texts.flatMap((text, document) => {
    const taken = kind === 'titles' ? takeTitle(text) : (takePassage(text, generator)?.segment ?? null);
    return taken === null ? [] : [{ document, text: taken }];
  });
  const asked = parts.map(({ text }) => text);
  const common = { role: 'query', ...(signal ? { signal } : {}) } as const;
  const base = await student.encode(asked, common);
  const taught = await teacher.encode(asked, {
    ...common,
    onProgress: (done, total) => onProgress?.('teacher', done / Math.max(total, 1)),
  });
  const { rows } = usableDocuments(asked.length, base, taught);
  return {
    source: Uint32Array.from(rows, (i) => parts[i]!.document),
    X: pickRows(base.vectors, rows),
    bags: pickBags(base.tokens ?? student.tokenize(asked), rows),
    T: kernels.normalize(pickRows(taught.vectors, rows)),
  };
}

/** Those of the documents named, in their new places. */
export function pickPseudoQueries({ source, X, bags, T }: PseudoQueries, documents: ArrayLike<number>): PseudoQueries {
  const place = new Map(Array.from(documents, (from, to) => [from, to]));
  const rows = Uint32Array.from(source.keys()).filter((i) => place.has(source[i]!));
  return {
    source: Uint32Array.from(rows, (i) => place.get(source[i]!)!),
    X: pickRows(X, rows),
    bags: pickBags(bags, rows),
    T: pickRows(T, rows),
  };
}
