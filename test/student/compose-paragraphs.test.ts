import { beforeAll, describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { composeParagraphs } from '../../src/student/compose-paragraphs.ts';
import { normals } from '../distil/toy.ts';

const n = 300;
const texts = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? `sentence ${i}` : `head${i}, other: body ${i}`));
let kernels: Kernels;
let T: ReturnType<typeof normals>;

beforeAll(async () => {
  kernels = await loadKernels();
  T = kernels.normalize(normals(n, 12, 5));
});

/** The texts that a paragraph was joined from. */
const members = (paragraph: string) => Array.from(paragraph.matchAll(/(?:sentence|body) (\d+)/g), ([, i]) => Number(i));

describe('composeParagraphs', () => {
  test('joins 3 to 12 different texts that are near neighbours of one of all', () => {
    const { neighbours, sentences } = config.makeStudent.paragraphs;
    const scores = kernels.gemm(T, T, { transposeB: true });
    const worst = texts.map((_, i) => row(scores, i).toSorted((a, b) => b - a)[neighbours - 1]! - 1e-5);
    for (const paragraph of composeParagraphs(kernels, texts, T, { count: 40, seed: 2 })) {
      const of = members(paragraph);
      expect(new Set(of).size).toBe(of.length);
      expect(of.length).toBeGreaterThanOrEqual(sentences.least);
      expect(of.length).toBeLessThanOrEqual(sentences.most);
      const isNeighbourhood = texts.some((_, start) => of.every((j) => row(scores, start)[j]! >= worst[start]!));
      expect(isNeighbourhood).toBe(true);
    }
  });

  test('leaves head words out of about half of the definitions, and never touches a sentence', () => {
    const all = composeParagraphs(kernels, texts, T, { count: 200, seed: 3 }).join(' ');
    const bodies = all.match(/body \d+/g)!.length;
    const heads = all.match(/head\d+, other: body/g)!.length;
    expect(heads / bodies).toBeGreaterThan(0.4);
    expect(heads / bodies).toBeLessThan(0.6);
  });

  test('the same seed gives the same paragraphs, another seed others', () => {
    const made = (seed: number) => composeParagraphs(kernels, texts, T, { count: 30, seed });
    expect(made(4)).toEqual(made(4));
    expect(made(4)).not.toEqual(made(5));
  });

  test('few texts make short paragraphs, no text none', () => {
    const [paragraph] = composeParagraphs(kernels, texts.slice(0, 2), matrix(2, 12, T.data.slice(0, 24)), {
      count: 1,
      seed: 0,
    });
    expect(members(paragraph!).toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(composeParagraphs(kernels, [], matrix(0, 12), { count: 5, seed: 0 })).toEqual([]);
  });
});
