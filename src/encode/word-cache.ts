import { config } from '../config.ts';

/** What a UTF-16 unit is to the cutting of a text. */
const kinds = { other: 0, space: 1, alphanumeric: 2, punctuation: 3, breaker: 4 } as const;

/**
 * Ids of a text from the ids of its words, for tokenizers whose normaliser and pre-tokeniser never look past white
 * space: BERT's. A text is cut at space, tab and line ends; a piece of printable ASCII again at its punctuation, each
 * mark a word of its own. Any other piece goes to `run` whole, and so does one in which an added token may begin.
 */
export class WordCache {
  readonly #run: (text: string) => readonly number[];
  readonly #kinds = new Uint8Array(128);
  readonly #words = new Map<string, readonly number[]>();

  /** `run` gives the ids of any text; `addedTokens` are contents that it finds before it cuts words. */
  constructor(run: (text: string) => readonly number[], addedTokens: readonly string[]) {
    this.#run = run;
    for (let c = 33; c < 127; c++) {
      this.#kinds[c] = /[a-z0-9]/i.test(String.fromCharCode(c)) ? kinds.alphanumeric : kinds.punctuation;
    }
    for (const c of ' \t\n\r') this.#kinds[c.charCodeAt(0)] = kinds.space;
    for (const token of addedTokens) {
      for (const first of [token.charAt(0).toLowerCase(), token.charAt(0).toUpperCase()]) {
        if (first.charCodeAt(0) < 128) this.#kinds[first.charCodeAt(0)] = kinds.breaker;
      }
    }
  }

  /** The same ids as `run(text)`, at most `maxTokens` of them. */
  encode(text: string, maxTokens: number): Uint32Array {
    const ids: number[] = [];
    let start = 0;
    while (start < text.length && ids.length < maxTokens) {
      let end = start;
      let plain = true;
      for (; end < text.length; end++) {
        const kind = this.#kind(text, end);
        if (kind === kinds.space) break;
        if (kind === kinds.other || kind === kinds.breaker) plain = false;
      }
      if (plain) this.#appendWords(text, start, end, maxTokens, ids);
      else if (end > start) append(ids, this.#lookUp(text.slice(start, end)));
      start = end + 1;
    }
    return Uint32Array.from(ids.length > maxTokens ? ids.slice(0, maxTokens) : ids);
  }

  #appendWords(text: string, from: number, to: number, maxTokens: number, ids: number[]): void {
    for (let i = from; i < to && ids.length < maxTokens; ) {
      let end = i + 1;
      if (this.#kind(text, i) === kinds.alphanumeric) {
        while (end < to && this.#kind(text, end) === kinds.alphanumeric) end++;
      }
      append(ids, this.#lookUp(text.slice(i, end)));
      i = end;
    }
  }

  #kind(text: string, i: number): number {
    const unit = text.charCodeAt(i);
    return unit < 128 ? this.#kinds[unit]! : kinds.other;
  }

  #lookUp(word: string): readonly number[] {
    const known = this.#words.get(word);
    if (known) return known;
    const ids = this.#run(word);
    if (word.length > config.encode.wordCache.maxCharacters) return ids;
    // Emptied rather than trimmed: keeping an order of use would cost every look-up more than a rare refill.
    if (this.#words.size >= config.encode.wordCache.words) this.#words.clear();
    this.#words.set(word, ids);
    return ids;
  }
}

function append(ids: number[], more: readonly number[]): void {
  for (const id of more) ids.push(id);
}
