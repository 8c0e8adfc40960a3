import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { breakable, dims, tinyAdapter, tinyEngine, tinyStudent, vocabulary } from './tiny-student.ts';

const kernels = await loadKernels();

const text = fc
  .array(
    fc.oneof(
      fc.nat(vocabulary - 1).map((i) => `w${i}`),
      fc.constant('unknown'),
    ),
    { maxLength: 8 },
  )
  .map((words) => words.join(' '));

describe('Collection', () => {
  test('generation 0 finds a document by its own text, under the base fingerprint', async () => {
    const { collection, encoder, documents } = await tinyEngine(kernels);
    for (const { id, text } of documents.slice(0, 10)) {
      const answer = await collection.search({ query: text }, { k: 60 });
      const own = answer.hits.find((hit) => hit.id === id)!;
      expect(own.score).toBeCloseTo(1, 5);
      expect(answer.hits[0]!.score).toBeGreaterThanOrEqual(own.score);
      expect(answer).toMatchObject({ generation: 0, fingerprint: encoder.baseFingerprint, mode: 'baseline' });
      expect(answer.fallback).toBeNull();
    }
  });

  test('an adopted adapter serves as a new generation; comparing shows what generation 0 found', async () => {
    const { collection, encoder } = await tinyEngine(kernels);
    const before = await collection.search({ query: 'w1 w2 w3' });
    await collection.adopt(await tinyAdapter('lexical', encoder));
    const after = await collection.search({ query: 'w1 w2 w3' }, { compare: true });
    expect(after).toMatchObject({ generation: 1, mode: 'baseline', fallback: null });
    expect(after.fingerprint).not.toBe(encoder.baseFingerprint);
    expect(after.before).toEqual({ generation: 0, fingerprint: encoder.baseFingerprint, hits: before.hits });
    expect(after.hits).not.toEqual(before.hits);
    await collection.promote(0);
    expect(await collection.search({ query: 'w1 w2 w3' })).toEqual(before);
  });

  test('the index was projected as queries are: a document finds itself under every adapter', async () => {
    for (const kind of ['affine', 'lexical'] as const) {
      const { collection, encoder, documents } = await tinyEngine(kernels);
      await collection.adopt(await tinyAdapter(kind, encoder));
      for (const document of documents) {
        const { hits } = await collection.search({ query: document.text }, { k: 60 });
        expect(hits.find(({ id }) => id === document.id)!.score).toBeCloseTo(1, 5);
      }
    }
  });

  test('two adapters, and the same for two students, have different fingerprints', async () => {
    const { collection, encoder } = await tinyEngine(kernels);
    const marks = new Set([collection.info().fingerprint]);
    for (const kind of ['affine', 'lexical'] as const) {
      await collection.adopt(await tinyAdapter(kind, encoder));
      marks.add(collection.info().fingerprint);
    }
    expect(marks.size).toBe(3);
  });

  test('an adapter of another student, and a file that is none, is refused, and what served goes on', async () => {
    const { collection } = await tinyEngine(kernels);
    const foreign = await tinyAdapter('affine', await tinyStudent(kernels, 9));
    await expect(collection.adopt(foreign)).rejects.toMatchObject({ code: 'adapter_wrong_model' });
    await expect(collection.adopt(foreign.slice(0, 100))).rejects.toMatchObject({ code: 'adapter_corrupt' });
    expect(collection.info().generation).toBe(0);
  });

  test('when the adapter fails, generation 0 answers alone, says so, and counts', async () => {
    const { broken, openAdapter } = breakable(await tinyStudent(kernels), kernels);
    const { collection, encoder, events } = await tinyEngine(kernels, 60, { openAdapter });
    const healthy = await collection.search({ query: 'w4 w5' });
    await collection.adopt(await tinyAdapter('affine', encoder));
    broken.reason = 'device lost';
    const answer = await collection.search({ query: 'w4 w5' }, { compare: true });
    expect(answer.hits).toEqual(healthy.hits);
    expect(answer).toMatchObject({ generation: 0, fingerprint: encoder.baseFingerprint });
    expect(answer.fallback).toMatchObject({ from: 1, to: 0 });
    expect(answer.fallback!.reason).toContain('device lost');
    const { vectors, fallback, fingerprint } = await collection.correct({ texts: ['w4 w5'] });
    expect([vectors.dims, fallback?.to, fingerprint]).toEqual([dims, 0, encoder.baseFingerprint]);
    expect([collection.info().fallbacks, events.filter(({ type }) => type === 'fallback').length]).toEqual([2, 2]);
  });

  test('a request in flight ends on the generation it began on, while others are swapped in and it is dropped', async () => {
    const student = await tinyStudent(kernels);
    let disposed = 0;
    let release = () => {};
    let held: Promise<void> | undefined;
    const { openAdapter } = breakable(student, kernels);
    const { collection, encoder } = await tinyEngine(kernels, 60, {
      keep: 1,
      openAdapter: async (file) => {
        const adapter = await openAdapter(file);
        if (adapter.card.kind !== 'affine') return adapter;
        const correct: typeof adapter.correct = async (input) => {
          await held;
          return adapter.correct(input);
        };
        const dispose = () => {
          disposed++;
          return adapter.dispose();
        };
        return { ...adapter, correct, dispose };
      },
    });
    await collection.adopt(await tinyAdapter('affine', encoder));
    const expected = await collection.search({ query: 'w7' });
    held = new Promise((resolve) => {
      release = resolve;
    });
    const inFlight = collection.search({ query: 'w7' });
    await collection.adopt(await tinyAdapter('lexical', encoder, 5));
    await collection.adopt(await tinyAdapter('lexical', encoder, 6));
    expect(disposed).toBe(0);
    expect((await collection.search({ query: 'w7' })).generation).toBe(3);
    release();
    expect(await inFlight).toEqual(expected);
    expect(disposed).toBe(1);
  });

  test('corrected vectors have unit length, or are zero where the text has no token', async () => {
    const { collection, encoder } = await tinyEngine(kernels);
    for (const kind of [null, 'affine', 'lexical'] as const) {
      if (kind) await collection.adopt(await tinyAdapter(kind, encoder));
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (texts) => {
          const { vectors, failed } = await collection.correct({ texts });
          texts.forEach((of, i) => {
            const norm = Math.hypot(...row(vectors, i));
            const empty = !/\bw\d/.test(of);
            expect(Math.abs(norm - (empty ? 0 : 1))).toBeLessThanOrEqual(1e-6);
            expect(failed.includes(i)).toBe(empty);
          });
        }),
      );
    }
  });

  test('a text and its base vector are corrected alike, where the adapter takes vectors', async () => {
    const { collection, encoder } = await tinyEngine(kernels);
    await collection.adopt(await tinyAdapter('affine', encoder));
    await fc.assert(
      fc.asyncProperty(text, async (of) => {
        const { vectors } = await encoder.encode([of], { role: 'query' });
        const [fromText, fromVector] = [
          await collection.correct({ texts: [of] }),
          await collection.correct({ vectors }),
        ];
        fromText.vectors.data.forEach((x, j) => {
          expect(Math.abs(x - fromVector.vectors.data[j]!)).toBeLessThanOrEqual(1e-6);
        });
      }),
    );
  });

  test('refuses vectors alone for tokens, another width, NaN, a query without a token, k < 1', async () => {
    const { collection, encoder } = await tinyEngine(kernels);
    const codes = async (calls: readonly Promise<unknown>[]) =>
      Promise.all(
        calls.map((call) =>
          call.then(
            () => 'answered',
            (error) => error.code,
          ),
        ),
      );
    const vector = new Float32Array(dims).fill(1);
    expect(
      await codes([
        collection.search({ vector: new Float32Array(dims + 1).fill(1) }),
        collection.search({ vector: vector.with(0, Number.NaN) }),
        collection.search({ vector: new Float32Array(dims) }),
        collection.search({ query: 'unknown words' }),
        collection.search({ query: 'w1' }, { k: 0 }),
        collection.search({ query: 'w1' }, { k: 1.5 }),
      ]),
    ).toEqual(['shape_mismatch', 'not_finite', ...Array(4).fill('invalid_input')]);
    await collection.adopt(await tinyAdapter('lexical', encoder));
    expect(
      await codes([collection.search({ vector }), collection.correct({ vectors: matrix(1, dims, vector) })]),
    ).toEqual(['text_required', 'text_required']);
    expect(collection.info().fallbacks).toBe(0);
  });
});
