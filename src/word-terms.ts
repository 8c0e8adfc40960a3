import stem from 'wink-nlp-utils/src/string-stem.js';
import removeWords from 'wink-nlp-utils/src/tokens-remove-words.js';
import { config } from './config.ts';

/** The term of a word, null for a stop word. */
const known = new Map<string, string | null>();

/**
 * What a text is to a search by words: its runs of letters and digits in lower case, without English stop words, stemmed by
 * Porter 2, in reading order. A term has neither space nor sign in it.
 *
 * Edge    a run of more than 64 characters counts as several words; a language that puts no space between words is not cut
 * @example
 * wordTerms('The Tides are rising: 3.5 m'); // => ['tide', 'rise', '3', '5', 'm']
 */
export function wordTerms(text: string): string[] {
  const terms: string[] = [];
  for (const word of wordRuns(text)) {
    const term = termOf(word);
    if (term !== null) terms.push(term);
  }
  return terms;
}

/** Runs of letters and digits in lower case, as they stand. */
export function wordRuns(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{1,64}/gu) ?? [];
}

function termOf(word: string): string | null {
  const found = known.get(word);
  if (found !== undefined) return found;
  const term = removeWords([word]).length === 0 ? null : stem(word);
  // Emptied rather than trimmed, as the cache of word pieces is.
  if (known.size >= config.encode.wordCache.words) known.clear();
  known.set(word, term);
  return term;
}

/** The terms of a query that are searched for. */
export function queryTerms(query: string): string[] {
  return wordTerms(query).slice(0, config.store.queryWords);
}
