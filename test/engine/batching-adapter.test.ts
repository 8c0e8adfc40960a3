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

  test('what comes in one turn goes together at its end; who is alone waits for no other turn', async () => {
    const { batching, calls, input } = adapters('affine');
    const ask = (i: number) => batching.correct({ vectors: pickRows(input.vectors, [i]) });
    let turns = 0;
    const count = () => {
      turns++;
      if (turns < 5) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all([ask(1), ask(2), ask(3)]);
    expect([turns, calls]).toEqual([1, [3]]);
    await ask(1);
    expect([turns, calls]).toEqual([2, [3, 1]]);
    await Promise.all([ask(1), batching.correct({ vectors: input.vectors })]);
    expect(calls).toEqual([3, 1, 40, 1]);
  });

  test('leaves alone what reads tokens, and what onnxruntime runs', () => {
    const { counted } = adapters('affine');
    const onnx: Adapter = { ...counted, backend: 'onnxruntime' };
    expect(batchingAdapter(onnx)).toBe(onnx);
    const lexical: Adapter = { ...counted, card: { ...counted.card, needs: 'tokens' } };
    expect(batchingAdapter(lexical)).toBe(lexical);
  });
});
