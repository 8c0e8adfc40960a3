import { describe, expect, test } from 'bun:test';
import { loadKernels } from '../../src/kernels/load.ts';
import { row } from '../../src/matrix.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { gatedStudent, tinyAdapter, tinyEngine } from './tiny-student.ts';

const kernels = await loadKernels();

describe('an engine whose student has a context gate', async () => {
  const encoder = await gatedStudent(kernels);
  const { collection, documents } = await tinyEngine(kernels, 60, { encoder });
  await collection.adopt(await tinyAdapter('lexical', encoder));
  const asked = documents.slice(0, 5).map(({ text }) => text);
  const ids = asked.map((text) => encoder.tokenizer.encode(text, encoder.maxTokens));

  test('corrects a text and its token ids alike', async () => {
    const fromTexts = await collection.correct({ texts: asked });
    const fromIds = await collection.correct({ tokens: tokenBags(ids) });
    expect(fromIds.vectors).toEqual(fromTexts.vectors);
  });

  test('corrects a document given as a text, and as its vector and token ids, alike', async () => {
    const { vectors } = await encoder.encode(asked, { role: 'document' });
    const given = asked.map((_, i) => ({ id: `v${i}`, vector: row(vectors, i).slice(), tokens: ids[i]! }));
    await collection.upsert(given);
    for (let i = 0; i < asked.length; i++) {
      const { hits } = await collection.search({ query: asked[i]! }, { k: 100 });
      const score = (id: string) => hits.find((hit) => hit.id === id)!.score;
      expect(score(`v${i}`)).toBeCloseTo(score(`d${i}`), 6);
      expect(score(`v${i}`)).toBeCloseTo(1, 5);
    }
  });
});
