import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { libraryTokenizer } from '../../src/encode/library-tokenizer.ts';
import { shippedStudent } from '../../src/encode/student-folder.ts';
import { codeOf } from './code-of.ts';
import { unigram } from './onnx/toy-tokenizers.ts';
import { tinyTokenizer } from './tiny-student.ts';

const json = await readFile(join(shippedStudent(), 'tokenizer.json'), 'utf8');
const tokenizer = await libraryTokenizer(json);
const library = new Library(JSON.parse(json), {});
const ids = (text: string, maxTokens = 512) => Array.from(tokenizer.encode(text, maxTokens));

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '\t',
        '\r\n',
        '\u00a0',
        '\u2009',
        '[CLS]',
        '[',
        ']',
        '[UNK',
        'É',
        'e\u0301',
        '漢',
        'ﬁ',
        'a'.repeat(101),
      ),
      fc.constantFrom('The', 'naïve', 'co-citation', "doesn't", 'COVID-19', '3.14', 'β2', '😀'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('libraryTokenizer', () => {
  test('agrees with the library on every text, a second time too', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // Where the library is known to differ from the tokenizer's own rules, see the next test.
        fc.pre(!/[Σ\u{20000}-\u{2FA1F}]/u.test(text));
        const expected = library.encode(text, { add_special_tokens: false }).ids;
        expect(ids(text, 1e6)).toEqual(expected);
        expect(ids(text, 1e6)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('gives the ids of the reference implementation', () => {
    // From Python's tokenizers 0.23.3 on the same file.
    expect(ids('Hello, World! naïve café 3.14')).toEqual([7592, 1010, 2088, 999, 15743, 7668, 1017, 1012, 2403]);
    expect(ids('[CLS] a[SEP]b [sep]')).toEqual([101, 1037, 102, 1038, 1031, 19802, 1033]);
    expect(ids('ΟΔΟΣ')).toEqual([1169, 29722, 29730, 29733]);
    expect(ids('a𠀀b')).toEqual([1037, 100, 1038]);
    expect(ids('\u2009x\u00a0y\u200bz\u0000')).toEqual([1060, 1061, 2480]);
  });

  test('counts a lone surrogate as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, unit) => {
        const half = String.fromCharCode(unit);
        expect(ids(`${text} x${half}y ${text}`)).toEqual(ids(`${text} x\uFFFDy ${text}`));
      }),
    );
  });

  // Without a limit this runs out of the suite's time.
  test('reads thirty marks on a letter, however many there are', () => {
    const marks = '\u0301\u0316';
    expect(ids(`x a${marks.repeat(200_000)} y`)).toEqual(ids('x a y'));
    const agrees = (count: number) => ids(`ក${'្រ'.repeat(count)}`, 1e6);
    expect(agrees(15)).toEqual(library.encode(`ក${'្រ'.repeat(15)}`, { add_special_tokens: false }).ids);
  });

  test('cuts at maxTokens', () => {
    fc.assert(
      fc.property(texts, fc.nat(40), (text, maxTokens) => {
        expect(ids(text, maxTokens)).toEqual(ids(text, 1e6).slice(0, maxTokens));
      }),
    );
  });

  test('has a hash of what decides the ids, and of nothing else', async () => {
    const parsed = JSON.parse(tinyTokenizer);
    const hashOf = async (changed: object) => (await libraryTokenizer(JSON.stringify(changed))).hash;
    const hash = await hashOf(parsed);
    expect(await hashOf({ ...parsed, truncation: { max_length: 8 }, padding: { strategy: 'BatchLongest' } })).toBe(
      hash,
    );
    expect(await hashOf({ ...parsed, normalizer: { ...parsed.normalizer, lowercase: false } })).not.toBe(hash);
    expect(await hashOf({ ...parsed, model: { ...parsed.model, vocab: { ...parsed.model.vocab, x: 16 } } })).not.toBe(
      hash,
    );
  });

  test('has the size of the vocabulary', () => {
    expect(tokenizer.vocabularySize).toBe(30522);
  });

  test('has room for every id, where ids have gaps and where a piece stands twice', async () => {
    const size = async (json: object) => (await libraryTokenizer(JSON.stringify(json))).vocabularySize;
    const gap = (id: number) => ({ ...unigram.added_tokens[0], id, content: '<late>' });
    const { model, added_tokens } = unigram;
    const last = model.vocab.length;
    expect(await size({ ...unigram, added_tokens: [...added_tokens, gap(last + 3)] })).toBe(last + 4);
    const vocab = [...model.vocab, model.vocab[4], ['zz', -9]];
    expect(await size({ ...unigram, model: { ...model, vocab } })).toBe(last + 2);
  });

  test('throws invalid_input for what is not a tokenizer', async () => {
    for (const bad of ['', '{', '{}', 'null', '{"model": {"type": "Unheard"}}']) {
      expect(await codeOf(() => libraryTokenizer(bad))).toBe('invalid_input');
    }
  });
});
