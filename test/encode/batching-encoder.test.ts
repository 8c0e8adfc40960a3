import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { batchingEncoder } from '../../src/encode/batching-encoder.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { matrix } from '../../src/matrix.ts';

/** Embeds a text as its length; refuses `bad`, and says how it was called. */
function slowEncoder() {
  const calls: { role: string; texts: number }[] = [];
  const encoder = {
    id: 'slow',
    dims: 1,
    encode: async (texts: readonly string[], { role, signal }: { role: string; signal?: AbortSignal }) => {
      calls.push({ role, texts: texts.length });
      await Bun.sleep(1);
      signal?.throwIfAborted();
      if (texts.includes('bad')) throw new Error('bad text');
      const failed = texts.flatMap((text, i) => (text === '' ? [i] : []));
      return {
        vectors: matrix(
          texts.length,
          1,
          Float32Array.from(texts, (text) => text.length),
        ),
        failed,
      };
    },
  } as unknown as Encoder;
  return { encoder: batchingEncoder(encoder), calls };
}

describe('batchingEncoder', () => {
  test('every caller gets its own answer, whoever asks beside it', async () => {
    const call = fc.record({
      texts: fc.array(fc.constantFrom('', 'a', 'bcd', 'bad'), { minLength: 1, maxLength: 4 }),
      role: fc.constantFrom('query' as const, 'document' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 8 }), async (all) => {
        const { encoder } = slowEncoder();
        const answers = await Promise.allSettled(all.map(({ texts, role }) => encoder.encode(texts, { role })));
        answers.forEach((answer, i) => {
          const { texts } = all[i]!;
          expect(answer.status).toBe(texts.includes('bad') ? 'rejected' : 'fulfilled');
          if (answer.status === 'rejected') return;
          expect(Array.from(answer.value.vectors.data)).toEqual(texts.map((text) => text.length));
          expect(answer.value.failed).toEqual(texts.flatMap((text, at) => (text === '' ? [at] : [])));
        });
      }),
      { numRuns: 50 },
    );
  });

  test('who is alone does not wait; what comes meanwhile goes together, by role and up to the limit', async () => {
    const { encoder, calls } = slowEncoder();
    const ask = (count: number, role: 'query' | 'document' = 'query') =>
      encoder.encode(Array(count).fill('a'), { role });
    const most = config.batching.texts;
    await Promise.all([ask(1), ask(2), ask(3), ask(1, 'document'), ask(most - 5 - 1), ask(1), ask(1)]);
    expect(calls).toEqual([
      { role: 'query', texts: 1 },
      { role: 'query', texts: most },
      { role: 'document', texts: 1 },
      { role: 'query', texts: 1 },
    ]);
  });

  test('a caller that goes away is not embedded, and keeps nobody waiting', async () => {
    const { encoder, calls } = slowEncoder();
    const first = encoder.encode(['a'], { role: 'query' });
    const gone = new AbortController();
    const left = encoder.encode(['b'], { role: 'query', signal: gone.signal });
    const stays = encoder.encode(['cc'], { role: 'query' });
    gone.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    expect([...(await stays).vectors.data, ...(await first).vectors.data]).toEqual([2, 1]);
    expect(calls.map(({ texts }) => texts)).toEqual([1, 1]);
  });
});
