import { describe, expect, test } from 'bun:test';
import { cutPassages } from '../../src/distil/cut-passages.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { toy } from './toy.ts';

const kernels = await loadKernels();
const { student, texts } = await toy(kernels, 40);
const of = Uint32Array.of(3, 5, 30);

describe('cutPassages', () => {
  test('cuts a passage of each document asked for, and leaves the other words of it', async () => {
    const cut = (await cutPassages(texts, of, { student, seed: 1 }))!;
    expect(cut.source).toEqual([3, 5, 30]);
    const words = (text: string) => text.replaceAll('.', '').split(' ').sort();
    for (const [i, document] of cut.source.entries()) {
      const [passage, rest] = [cut.texts.passages[i]!, cut.texts.rests[i]!];
      expect(texts[document]).toContain(passage);
      expect(words(`${passage} ${rest}`)).toEqual(words(texts[document]!));
    }
    const { vectors } = await student.encode(cut.texts.passages, { role: 'query' });
    expect(cut.passages.vectors).toEqual(vectors);
    expect(cut.rests.tokens).toEqual(student.tokenize(cut.texts.rests));
  });

  test('leaves out documents that are too short, and is null without any or for vectors that are looked up', async () => {
    const short = texts.map((text, i) => (i === 5 ? 'w1 w2' : text));
    expect((await cutPassages(short, of, { student, seed: 1 }))?.source).toEqual([3, 30]);
    expect(await cutPassages(['w1 w2'], Uint32Array.of(0), { student, seed: 1 })).toBeNull();
    const stored = Object.assign(Object.create(student), { precomputed: true });
    expect(await cutPassages(texts, of, { student: stored, seed: 1 })).toBeNull();
  });

  test('cuts the same passages for the same seed, and others for another', async () => {
    const at = async (seed: number) => (await cutPassages(texts, of, { student, seed }))!.texts;
    expect(await at(1)).toEqual(await at(1));
    expect(await at(2)).not.toEqual(await at(1));
  });
});
