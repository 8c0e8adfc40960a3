import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Adapter, AdapterInput } from '../../src/adapter/adapter.ts';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { batchingAdapter } from '../../src/engine/batching-adapter.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, pickRows } from '../../src/matrix.ts';
import { sample } from '../adapter/samples.ts';

const kernels = await loadKernels();

/** An adapter, the same for many callers, vectors for it, and how many rows each call of the former had. */
function adapters(kind: Parameters<typeof sample>[0], seed = 1) {
  const { parts, card, input } = sample(kind, seed, { bias: true });
  const alone = kernelsAdapter({ parts, card }, { kernels });
  const calls: (number | undefined)[] = [];
  const counted: Adapter = {
    ...alone,
    correct: (given) => {
      calls.push(given.vectors?.rows);
      return alone.correct(given);
    },
  };
  return { alone, batching: batchingAdapter(counted), counted, calls, input: input(40) };
}

/** What came of it: the vectors, or the code of the refusal. */
const outcome = (correct: Adapter['correct'], input: AdapterInput): Promise<Matrix | string> =>
  correct(input).catch((error: { code: string }) => error.code);

describe('batchingAdapter', () => {
  test('every caller gets the bits, or the refusal, that it gets alone, whoever asks beside it', async () => {
    const kinds = fc.constantFrom('identity', 'orthogonal', 'affine', 'lowrank', 'mlp');
    const some = fc.constantFrom('one', 'two', 'none', 'zero', 'not finite', 'too large', 'too wide');
    await fc.assert(
      fc.asyncProperty(kinds, fc.nat(), fc.array(some, { maxLength: 40 }), async (kind, seed, asked) => {
        const { alone, batching, input } = adapters(kind, seed);
        const inputs = asked.map((what, i): AdapterInput => {
          if (what === 'none') return {};
          if (what === 'too wide') return { vectors: matrix(1, alone.card.dIn + 1) };
          const vectors = pickRows(input.vectors, what === 'two' ? [i, 0] : [what === 'zero' ? 0 : i]);
          if (what === 'not finite') vectors.data[1] = Number.NaN;
          if (what === 'too large') vectors.data.fill(3e38);
          return { vectors };
        });
        const together = await Promise.all(inputs.map((each) => outcome(batching.correct, each)));
        for (const [i, each] of inputs.entries()) expect(together[i]!).toEqual(await outcome(alone.correct, each));
        await alone.dispose();
      }),
      { numRuns: 60 },
    );
  });

  test('the first of a turn does not wait; what comes after it in the same turn goes together', async () => {
    const { batching, calls, input } = adapters('affine');
    const ask = (i: number) => batching.correct({ vectors: pickRows(input.vectors, [i]) });
    const order: string[] = [];
    setImmediate(() => order.push('next turn'));
    await Promise.all([
      ask(1).then(() => order.push('first')),
      ask(2).then(() => order.push('second')),
      ask(3),
      ask(4),
    ]);
    expect(order).toEqual(['first', 'next turn', 'second']);
    expect(calls).toEqual([1, 3]);
    await Promise.all([ask(1), ask(2)]);
    expect(calls).toEqual([1, 3, 1, 1]);
    await ask(1);
    await new Promise(setImmediate);
    await ask(1);
    expect(calls).toEqual([1, 3, 1, 1, 1, 1]);
  });

  test('leaves alone what reads tokens, and what onnxruntime runs', () => {
    const { counted } = adapters('affine');
    const onnx: Adapter = { ...counted, backend: 'onnxruntime' };
    expect(batchingAdapter(onnx)).toBe(onnx);
    const lexical: Adapter = { ...counted, card: { ...counted.card, needs: 'tokens' } };
    expect(batchingAdapter(lexical)).toBe(lexical);
  });
});
