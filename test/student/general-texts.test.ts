import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { generalTexts } from '../../src/student/general-texts.ts';
import { plainText } from '../../src/student/plain-text.ts';
import type { Synset } from '../../src/student/synset.ts';

const phrase = fc
  .array(fc.constantFrom('cat', 'Dog', 'sat,', 'on', 'the', 'mat', '—'), { maxLength: 4 })
  .map((words) => words.join(' '));
const synsets: fc.Arbitrary<Synset[]> = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 40 }).map((n) => `n${n}`),
    words: fc.array(phrase, { minLength: 1, maxLength: 2 }),
    definition: phrase,
    examples: fc.array(phrase, { maxLength: 3 }),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
);

describe('plainText', () => {
  test('forgets case, punctuation and spacing, and nothing else', () => {
    expect(plainText(' “Ｔwo”  words—here. ')).toBe('two words here');
    expect(plainText('rose')).not.toBe(plainText('rosé'));
  });

  test('is its own plain text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(plainText(plainText(text))).toBe(plainText(text))),
    );
  });
});

describe('generalTexts', () => {
  test('holds no text twice, and none without a letter or digit', () => {
    fc.assert(
      fc.property(synsets, (all) => {
        const plain = generalTexts(all).map(plainText);
        expect(new Set(plain).size).toBe(plain.length);
        expect(plain).not.toContain('');
      }),
    );
  });

  test('holds nothing of an excluded synset, and no excluded text however it is written', () => {
    fc.assert(
      fc.property(synsets, fc.array(phrase), (all, texts) => {
        const out = new Set(all.slice(0, 3).map(({ id }) => id));
        const shouted = texts.map((text) => `  ${text.toUpperCase()}!`);
        const kept = generalTexts(all, { synsets: out, texts: shouted });
        expect(kept).toEqual(
          generalTexts(
            all.filter(({ id }) => !out.has(id)),
            { synsets: new Set(), texts },
          ),
        );
        const barred = new Set(texts.map(plainText));
        for (const text of kept) expect(barred.has(plainText(text))).toBe(false);
      }),
    );
  });

  test('leaves out a definition that equals an excluded text, also behind other words', () => {
    const cat: Synset = { id: 'n1', words: ['cat'], definition: 'feline mammal', examples: ['the cat sat'] };
    expect(generalTexts([cat], { synsets: new Set(), texts: ['Feline mammal.'] })).toEqual(['the cat sat']);
  });
});
