import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { openTokenizer } from '../../src/encode/open-tokenizer.ts';
import { shippedStudent } from '../../src/encode/student-folder.ts';
import { wordPieceTokenizer } from '../../src/encode/word-piece.ts';
import { packVocabulary } from '../../src/encode/word-piece-vocabulary.ts';
import { WordPieceModule } from '../../src/kernels/word-piece-module.ts';
import { codeOf } from './code-of.ts';
import { tinyTokenizer } from './tiny-student.ts';

const json = await readFile(join(shippedStudent(), 'tokenizer.json'), 'utf8');
const wasm = await readFile(new URL('../../assets/chelated-wordpiece.wasm', import.meta.url));
const tokenizer = (await wordPieceTokenizer(json))!;
const ids = (text: string, maxTokens = 1e6) => Array.from(tokenizer.encode(text, maxTokens));

const awkward = [
  '\t',
  '\r\n',
  '\u00a0',
  '\u2009',
  '[CLS]',
  '[',
  '[UNK',
  'É',
  'e\u0301',
  '漢',
  'ﬁ',
  '한',
  'a'.repeat(101),
  '😀',
];
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', ' ', 'The', 'naïve', 'co-citation', "doesn't", 'COVID-19', '3.14', 'β2', ...awkward),
      fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** The student's tokenizer with a token for each character, and for each inside a word. */
function ofCharacters(characters: string, normalizer: object = {}): string {
  const parsed = JSON.parse(json);
  const words = ['[UNK]', ...new Set(characters), ...[...new Set(characters)].map((c) => `##${c}`)];
  const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
  const model = { ...parsed.model, vocab };
  return JSON.stringify({ ...parsed, normalizer: { ...parsed.normalizer, ...normalizer }, added_tokens: [], model });
}

async function words(text: string, characters: string, normalizer?: object): Promise<string> {
  const changed = ofCharacters(characters, normalizer);
  const names = Object.keys(JSON.parse(changed).model.vocab);
  const { encode } = (await wordPieceTokenizer(changed))!;
  return [...encode(text, 1e6)].map((id) => names[id]).join(' ');
}

describe('wordPieceTokenizer', () => {
  test('gives the ids of the reference implementation', () => {
    // From Python's tokenizers 0.23.3 on the same file; test/python/wordpiece_check.py compares millions.
    expect(ids('Hello, World! naïve café 3.14')).toEqual([7592, 1010, 2088, 999, 15743, 7668, 1017, 1012, 2403]);
    expect(ids('[CLS] a[SEP]b [sep]')).toEqual([101, 1037, 102, 1038, 1031, 19802, 1033]);
    expect(ids('ΟΔΟΣ')).toEqual([1169, 29722, 29730, 29733]);
    expect(ids('a𠀀b')).toEqual([1037, 100, 1038]);
    expect(ids('\u2009x\u00a0y\u200bz\u0000')).toEqual([1060, 1061, 2480]);
    expect(ids('한국')).toEqual([1469, 30006, 30021, 29991, 30014, 30020]);
  });

  test('follows the reference where its versions of Unicode show', async () => {
    expect(await words('a\u302e\u{1d165}', 'a\u302e\u{1d165}')).toBe('a ##\u{1d165} ##\u302e'); // canonical order
    expect(await words('a\u0cbf\u302e\u0cbf\u{1d165}', 'a\u302e\u{1d165}')).toBe('a ##\u302e ##\u{1d165}'); // a mark of class 0 bounds it
    expect(await words('x\u302e\u09fe', 'x\u302e\u09fe')).toBe('x ##\u302e ##\u09fe'); // of Unicode 11: no mark yet
    expect(await words('a\u{2b820}b \u{2b920}', 'ab\u{2b820}\u{2b920}')).toBe('a ##\u{2b820} ##b \u{2b920}'); // the block begins late
    expect(await words('a\u2e43b', 'ab\u2e43')).toBe('a ##\u2e43 ##b'); // punctuation since 9.0
    expect(await words('\u{10d50}\u{10d70}', '\u{10d70}')).toBe('\u{10d70} ##\u{10d70}'); // lower case since 16.0
    expect(await words('İİ', 'i\u0307İ')).toBe('i ##i');
    expect(await words('İİ', 'i\u0307', { strip_accents: false })).toBe('i ##\u0307 ##i ##\u0307');
    expect(await words('Éa', 'EÉe\u0301a', { lowercase: false })).toBe('É ##a');
    expect(await words('Éa', 'EÉea', { lowercase: false, strip_accents: true })).toBe('E ##a');
    expect(await words('a\u0085b\u000b\u200bc', 'abc\u200b')).toBe('a ##b ##c');
    expect(await words('a\u0085b\u000b\u200bc', 'abc\u200b', { clean_text: false })).toBe('a b \u200b ##c');
    expect(await words('漢字', '漢字', { handle_chinese_chars: false })).toBe('漢 ##字');
  });

  test('agrees with the JavaScript library on text that both know', async () => {
    const library = new Library(JSON.parse(json), {});
    const plain = fc.string({
      unit: fc.oneof(
        fc.constantFrom(' ', '\n', 'é', 'ß', 'Ж', 'λ', '漢', '한', '–', '[MASK]'),
        fc.string({ unit: 'grapheme-ascii', maxLength: 9 }),
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(plain, (text) => {
        expect(ids(text)).toEqual(library.encode(text, { add_special_tokens: false }).ids);
      }),
      { numRuns: 300 },
    );
  });

  test('counts a lone surrogate as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, unit) => {
        const half = String.fromCharCode(unit);
        expect(ids(`${text} x${half}y ${text}`)).toEqual(ids(`${text} x\uFFFDy ${text}`));
      }),
    );
  });

  test('cuts at maxTokens', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: -1, max: 40 }), (text, maxTokens) => {
        expect(ids(text, maxTokens)).toEqual(ids(text).slice(0, Math.max(0, maxTokens)));
      }),
    );
  });

  test('reads what follows white space without the words before it', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(ids(`${a} ${b}`)).toEqual([...ids(a), ...ids(b)]);
      }),
    );
  });

  test('takes a text of a million characters, and a short one after it', () => {
    expect(ids('a b '.repeat(250_000)).length).toBe(500_000);
    expect(ids('a'.repeat(1_000_000))).toEqual([100]);
    expect(ids('é'.repeat(100)).length).toBeGreaterThan(1);
    expect(ids('')).toEqual([]);
    expect(ids('hello')).toEqual([7592]);
  });

  test('two tokenizers do not disturb each other', async () => {
    const other = (await wordPieceTokenizer(tinyTokenizer))!;
    const alone = Array.from(other.encode('a text of two', 9));
    fc.assert(
      fc.property(texts, (text) => {
        const before = ids(text);
        expect(Array.from(other.encode('a text of two', 9))).toEqual(alone);
        expect(ids(text)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  test('runs from a compiled module, or from bytes', async () => {
    for (const source of [new WebAssembly.Module(wasm), new Uint8Array(wasm)]) {
      const opened = (await wordPieceTokenizer(json, source))!;
      expect([...opened.encode('Hello', 9)]).toEqual([7592]);
      expect([opened.hash, opened.vocabularySize]).toEqual([tokenizer.hash, 30522]);
    }
  });

  test('throws wasm_unavailable for what is not the module', async () => {
    const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    for (const source of [new Uint8Array([1, 2, 3]), empty, new URL('file:///nowhere/wordpiece.wasm')]) {
      expect(await codeOf(() => wordPieceTokenizer(json, source))).toBe('wasm_unavailable');
    }
  });

  test('has a hash of what decides the ids, and of nothing else', async () => {
    const parsed = JSON.parse(tinyTokenizer);
    const hashOf = async (changed: object) => (await wordPieceTokenizer(JSON.stringify(changed)))!.hash;
    const hash = await hashOf(parsed);
    expect(await hashOf({ ...parsed, truncation: { max_length: 8 }, padding: null })).toBe(hash);
    expect(await hashOf({ ...parsed, normalizer: { ...parsed.normalizer, lowercase: false } })).not.toBe(hash);
    const vocab = { ...parsed.model.vocab, x: 16 };
    expect(await hashOf({ ...parsed, model: { ...parsed.model, vocab } })).not.toBe(hash);
  });
});

describe('WordPieceModule', () => {
  test('gives a batch of UTF-8 the ids of its texts', async () => {
    const module = await WordPieceModule.open(packVocabulary(json)!.vocabulary);
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 8 }), fc.nat(20), (list, maxTokens) => {
        const parts = list.map((text) => new TextEncoder().encode(text));
        const offsets = Uint32Array.from([0, ...parts], (_, i) =>
          parts.slice(0, i).reduce((sum, p) => sum + p.length, 0),
        );
        const batch = module.encodeUtf8(Uint8Array.from(parts.flatMap((part) => [...part])), offsets, maxTokens);
        const each = list.map((_, i) => [...batch.ids.subarray(batch.rows[i], batch.rows[i + 1])]);
        expect(each).toEqual(list.map((text) => ids(text, maxTokens)));
      }),
      { numRuns: 50 },
    );
  });

  test('counts bytes that are not UTF-8 as TextDecoder does', async () => {
    const module = await WordPieceModule.open(
      packVocabulary(ofCharacters('ab\uFFFDé', { clean_text: false }))!.vocabulary,
    );
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x9f, 0xa0, 0xbf, 0x61));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 24 }), (list) => {
        const bytes = Uint8Array.from(list);
        const { ids } = module.encodeUtf8(bytes, Uint32Array.of(0, bytes.length), 1e6);
        const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        expect([...ids]).toEqual([...module.encode(whole, 1e6)]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('openTokenizer', () => {
  test('takes the library for what the module does not know', async () => {
    const parsed = JSON.parse(tinyTokenizer);
    const added = (change: object) => ({ ...parsed, added_tokens: [{ ...parsed.added_tokens[0], ...change }] });
    const others = [
      { ...parsed, normalizer: { type: 'NFC' } },
      { ...parsed, pre_tokenizer: { type: 'Whitespace' } },
      { ...parsed, model: { ...parsed.model, vocab: { ...parsed.model.vocab, again: 0 } } },
      added({ normalized: true }),
      added({ single_word: true }),
    ];
    for (const other of others) {
      const text = JSON.stringify(other);
      expect(await wordPieceTokenizer(text)).toBeNull();
      expect((await openTokenizer(text)).encode('x', 5)).toBeInstanceOf(Uint32Array);
    }
    expect(await codeOf(() => openTokenizer('{'))).toBe('invalid_input');
    expect((await openTokenizer(json)).hash).toBe(tokenizer.hash);
  });
});
