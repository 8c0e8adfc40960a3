import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { shippedStudent } from '../../src/encode/student-folder.ts';
import { wordPieceTokenizer } from '../../src/encode/word-piece.ts';
import { packVocabulary } from '../../src/encode/word-piece-vocabulary.ts';
import { wordBucket } from '../../src/kernels/reference/word-bucket.ts';
import { WordPieceModule } from '../../src/kernels/word-piece-module.ts';

const json = await readFile(join(shippedStudent(), 'tokenizer.json'), 'utf8');
const parsed = JSON.parse(json);
const V = 30522;
const compiled = new WebAssembly.Module(
  await readFile(new URL('../../assets/chelated-wordpiece.wasm', import.meta.url)),
);
const plain = (await wordPieceTokenizer(json))!;
const withBits = new Map(
  await Promise.all(
    [1, 5, 15, 20].map(async (bits) => [bits, (await wordPieceTokenizer(json, undefined, bits))!] as const),
  ),
);

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        ' ',
        'The',
        'naïve',
        "doesn't",
        'COVID-19',
        'β2',
        '[CLS]',
        '漢字',
        'e\u0301',
        'İ',
        'a'.repeat(101),
        '😀',
        '…',
      ),
      fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

/** A BERT tokenizer with a token for every character that a text can become, whose words can therefore be read off its ids. */
function spelling(text: string): { json: string; names: string[] } {
  const both = [...text, ...text.normalize('NFD')].flatMap((c) => [
    c,
    ...c.toLowerCase(),
    ...c.toLowerCase().normalize('NFD'),
  ]);
  const characters = [...new Set(['a', 'b', ...both])].filter((c) => !/\p{Surrogate}/u.test(c));
  const names = ['[UNK]', ...characters, ...characters.map((c) => `##${c}`)];
  const model = { ...parsed.model, vocab: Object.fromEntries(names.map((name, id) => [name, id])) };
  return { json: JSON.stringify({ ...parsed, added_tokens: [], model }), names };
}

/** The words of a text, from its letters; null where a letter was not foreseen. */
function wordsOf(names: readonly string[], ids: Iterable<number>): string[] | null {
  const words: string[] = [];
  for (const id of ids) {
    if (id === 0) return null;
    if (id > (names.length - 1) / 2) words.push(`${words.pop()}${names[id]!.slice(2)}`);
    else words.push(names[id]!);
  }
  return words;
}

describe('word buckets', () => {
  test('are the hash of kernels/README.md', () => {
    // From the formula in Python.
    const expected = { hello: 30318, world: 20793, 'hello world': 22252, naive: 634, cafe: 5627, 'naive cafe': 29535 };
    for (const [words, bucket] of Object.entries(expected))
      expect([words, wordBucket(words, 15)]).toEqual([words, bucket]);
    const ids = [...withBits.get(15)!.encode('Hello, World! naïve café', 99)];
    const buckets = ['hello', 'world', 'hello world', 'naive', 'world naive', 'cafe', 'naive cafe'];
    expect(ids.filter((id) => id >= V)).toEqual(buckets.map((words) => V + wordBucket(words, 15)));
  });

  test('leave the ids of word pieces as they are, wherever the text is cut', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...withBits.keys()), fc.integer({ min: -1, max: 40 }), (text, bits, most) => {
        const ids = [...withBits.get(bits)!.encode(text, most)];
        expect(ids.filter((id) => id < V)).toEqual([...plain.encode(text, most)]);
        expect(ids.filter((id) => id >= V + 2 ** bits)).toEqual([]);
      }),
    );
  });

  test('are those of the words and of pairs of neighbouring words, on any text', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 20 }), async (text, bits) => {
        const { json, names } = spelling(text);
        const letters = (await wordPieceTokenizer(json, compiled))!;
        const words = wordsOf(names, letters.encode(text, 1e6));
        if (!words) return;
        compared++;
        // Punctuation stands alone, as ideographs do, which are letters.
        const isPunctuation = (word: string) =>
          /^[\p{P}\p{S}]$/u.test(word) && letters.encode(`a${word}b`, 9)[1]! <= (names.length - 1) / 2;
        const counted = words.filter((word) => !isPunctuation(word));
        const expected = counted.flatMap((word, i) => (i === 0 ? [word] : [word, `${counted[i - 1]} ${word}`]));
        const got = (await wordPieceTokenizer(json, compiled, bits))!.encode(text, 1e6);
        expect([...got].filter((id) => id >= names.length).map((id) => id - names.length)).toEqual(
          expected.map((words) => wordBucket(words, bits)),
        );
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(75);
  });

  test('a text without a word has none, a text of one word one, and a word that is too long is none', () => {
    const { encode } = withBits.get(15)!;
    const buckets = (text: string) => [...encode(text, 512)].filter((id) => id >= V).map((id) => id - V);
    for (const none of ['', ' \u0000', '“…” - !', '[MASK]', 'x'.repeat(101)]) expect(buckets(none)).toEqual([]);
    expect(buckets('…one!')).toEqual([wordBucket('one', 15)]);
    expect(buckets(`a ${'x'.repeat(101)} b`)).toEqual(['a', 'b', 'a b'].map((words) => wordBucket(words, 15)));
  });

  test('a text that is cut has those of the words that have begun by then', () => {
    const { encode } = withBits.get(15)!;
    fc.assert(
      fc.property(texts, fc.nat(30), (text, most) => {
        const whole = encode(text, 1e6);
        const kept = encode(text, most).filter((id) => id >= V);
        expect(kept).toEqual(whole.filter((id) => id >= V).subarray(0, kept.length));
        // Those that stand before the first piece too many; a word that it cuts through has its own besides.
        let pieces = 0;
        const end = whole.findIndex((id) => id < V && ++pieces > most);
        const before = whole.subarray(0, end < 0 ? whole.length : end).filter((id) => id >= V).length;
        expect([0, 1, 2]).toContain(kept.length - before);
      }),
    );
    expect(encode('unfathomable x', 1)).toEqual(
      Uint32Array.of(...plain.encode('unfathomable', 1), V + wordBucket('unfathomable', 15)),
    );
  });

  test('a batch of UTF-8 has those of its texts', async () => {
    const module = await WordPieceModule.open(packVocabulary(json, 15)!.vocabulary);
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 8 }), fc.nat(20), (list, most) => {
        const parts = list.map((text) => new TextEncoder().encode(text));
        const offsets = Uint32Array.from([0, ...parts], (_, i) =>
          parts.slice(0, i).reduce((sum, p) => sum + p.length, 0),
        );
        const { ids, rows } = module.encodeUtf8(Uint8Array.from(parts.flatMap((part) => [...part])), offsets, most);
        const each = list.map((_, i) => [...ids.subarray(rows[i], rows[i + 1])]);
        expect(each).toEqual(list.map((text) => [...withBits.get(15)!.encode(text, most)]));
      }),
      { numRuns: 50 },
    );
  });
});
