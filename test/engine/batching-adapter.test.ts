import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Adapter, AdapterInput } from '../../src/adapter/adapter.ts';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { breathe } from '../../src/breathe.ts';
import { batchingAdapter } from '../../src/engine/batching-adapter.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, pickRows } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { normalMatrix, sample } from '../adapter/samples.ts';
import { dims, tinyAdapter, tinyEngine, tinyStudent } from './tiny-student.ts';

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

  test('answers asked for around a swap are those of the generation that each of them names', async () => {
    const student = await tinyStudent(kernels);
    const open = (file: Uint8Array) => loadAdapter(file, { encoder: student, kernels });
    const opened = { openAdapter: async (file: Uint8Array) => batchingAdapter(await open(file)), keep: 1 };
    const { collection, engine } = await tinyEngine(kernels, 20, opened);
    const files = await Promise.all([3, 4, 5].map((seed) => tinyAdapter('affine', student, seed)));
    const vectors = normalMatrix(random(1), 1, dims);
    const expected = [kernels.normalize(vectors)];
    for (const file of files) expected.push(await (await open(file)).correct({ vectors: expected[0]! }));
    const seen = new Set<number>();
    let swapping = true;
    const ask = async () => {
      while (swapping) {
        const answer = await collection.correct({ vectors });
        seen.add(answer.generation);
        expect(answer.fallback).toBe(null);
        expect(answer.vectors).toEqual(expected[answer.generation]!);
        await breathe(); // generation 0 answers within the turn
      }
    };
    const asking = Array.from({ length: 8 }, ask);
    for (const file of files) await collection.adopt(file);
    swapping = false;
    await Promise.all(asking);
    expect(seen.size).toBeGreaterThan(1);
    await engine.close();
  });

  test('leaves alone what reads tokens, and what onnxruntime runs', () => {
    const { counted } = adapters('affine');
    const onnx: Adapter = { ...counted, backend: 'onnxruntime' };
    expect(batchingAdapter(onnx)).toBe(onnx);
    const lexical: Adapter = { ...counted, card: { ...counted.card, needs: 'tokens' } };
    expect(batchingAdapter(lexical)).toBe(lexical);
  });
});
