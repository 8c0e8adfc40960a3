import type { Random } from '../random.ts';

export interface Segment {
  readonly segment: string;
  /** The text without it. */
  readonly rest: string;
}

const minimumWords = 4;
const windowWords = { from: 6, to: 20 };

/**
 * A random sentence of a text, and the text without it. Null when the text has no two sentences of four words.
 */
export function takeSentence(text: string, random: Random): Segment | null {
  const sentences = text.split(/(?<=[.!?])\s+/u);
  const eligible = sentences.flatMap((sentence, i) => (words(sentence).length >= minimumWords ? [i] : []));
  if (eligible.length === 0 || sentences.length < 2) return null;
  const at = eligible[random.integer(eligible.length)]!;
  const rest = sentences.filter((_, i) => i !== at).join(' ');
  return words(rest).length >= minimumWords ? { segment: sentences[at]!, rest } : null;
}

/**
 * A random run of 6 to 20 words, at most half of the text, and the text without it. Null when the text has fewer than
 * eight words.
 */
export function takeWindow(text: string, random: Random): Segment | null {
  const all = words(text);
  if (all.length < 2 * minimumWords) return null;
  const wanted = windowWords.from + random.integer(windowWords.to - windowWords.from + 1);
  const length = Math.min(wanted, Math.floor(all.length / 2));
  const from = random.integer(all.length - length + 1);
  const rest = [...all.slice(0, from), ...all.slice(from + length)].join(' ');
  return { segment: all.slice(from, from + length).join(' '), rest };
}

/** A sentence of a text or, of one without two sentences, a run of its words; null where it is too short for either. */
export function takePassage(text: string, random: Random): Segment | null {
  return takeSentence(text, random) ?? takeWindow(text, random);
}

/** How a text begins: its first sentence, of no more than 20 words. Null when that is shorter than four, or the whole text. */
export function takeTitle(text: string): string | null {
  const first = words(text.split(/(?<=[.!?])\s+/u)[0]!).slice(0, windowWords.to);
  return first.length >= minimumWords && first.length < words(text).length ? first.join(' ') : null;
}

const words = (text: string) => text.split(/\s+/u).filter((word) => word !== '');
