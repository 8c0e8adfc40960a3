import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { inverseCloze } from '../../src/evaluate/inverse-cloze.ts';
import { takeSentence, takeTitle, takeWindow } from '../../src/evaluate/take-segment.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();

describe('inverseCloze', () => {
  test('is 1 where a sentence finds its own document first, and 0 beyond the depth', () => {
    const documents = matrix(3, 2, new Float32Array([1, 0, 0, 1, -1, 0]));
    const sentences = matrix(2, 2, new Float32Array([1, 0, 1, 0]));
    const rests = matrix(2, 2, new Float32Array([1, 0, -1, 0]));
    expect([...inverseCloze(kernels, { documents, sentences, rests, source: [0, 2], depth: 2 })]).toEqual([1, 0]);
  });

  test('searches the document without the sentence, not the whole one', () => {
    const documents = matrix(2, 2, new Float32Array([1, 0, 0.8, 0.6]));
    const sentences = matrix(1, 2, new Float32Array([1, 0]));
    const rests = matrix(1, 2, new Float32Array([0, 1]));
    const [score] = inverseCloze(kernels, { documents, sentences, rests, source: [0] });
    expect(score).toBeCloseTo(1 / Math.log2(3), 9);
    expect(Array.from(documents.data)).toEqual(Array.from(new Float32Array([1, 0, 0.8, 0.6])));
  });

  test('lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const unit = (rows: number, s: number) => kernels.normalize(normals(rows, 4, s));
        const scores = inverseCloze(kernels, {
          documents: unit(30, seed),
          sentences: unit(5, seed + 1),
          rests: unit(5, seed + 2),
          source: [3, 9, 1, 0, 29],
        });
        for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
      }),
    );
  });
});

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => `${words.join(' ')}.`);
const words = (text: string) => text.split(/\s+/).filter(Boolean).sort();

describe('takeSentence', () => {
  test('parts the words of a text: sentence and rest together are the text', () => {
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 6 }), fc.nat(), (sentences, seed) => {
        const text = sentences.join(' ');
        const taken = takeSentence(text, random(seed));
        if (taken === null) return;
        expect(words(`${taken.segment} ${taken.rest}`)).toEqual(words(text));
        expect(sentences).toContain(taken.segment);
        expect(words(taken.rest).length).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  test('takes nothing from a single sentence', () => {
    expect(takeSentence('one sentence of six words here.', random(1))).toBeNull();
  });
});

describe('takeWindow', () => {
  test('takes a run of words, at most half of them', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.nat(), (all, seed) => {
        const text = all.join(' ');
        const taken = takeWindow(text, random(seed));
        if (all.length < 8) return expect(taken).toBeNull();
        const run = words(taken!.segment).length;
        expect(run).toBeLessThanOrEqual(Math.min(20, all.length / 2));
        expect(text).toContain(taken!.segment);
        expect(words(`${taken!.segment} ${taken!.rest}`)).toEqual(words(text));
      }),
    );
  });
});

describe('takeTitle', () => {
  test('is how a text begins: its first sentence, or the first 20 words of a long one', () => {
    const long = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    expect(takeTitle('A title of five words. And the text.')).toBe('A title of five words.');
    expect(takeTitle(long)).toBe(long.split(' ').slice(0, 20).join(' '));
  });

  test('is null where that is shorter than four words, or all there is', () => {
    expect(takeTitle('Too short. And the rest of the text.')).toBeNull();
    expect(takeTitle('All of the text is this.')).toBeNull();
    expect(takeTitle('')).toBeNull();
  });
});
