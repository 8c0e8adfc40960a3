import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Adapter } from '../../src/adapter/adapter.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { dims, tinyAdapter, tinyEngine, tinyStudent, unwrittenAdapter, vocabulary } from './tiny-student.ts';

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

describe('Engine', () => {
  test('generation 0 finds a document by its own text, under the base fingerprint', async () => {
    const { engine, encoder, documents } = await tinyEngine(kernels);
    for (const { id, text } of documents.slice(0, 10)) {
      const answer = await engine.search({ query: text }, { k: 60 });
      const own = answer.hits.find((hit) => hit.id === id)!;
      expect(own.score).toBeCloseTo(1, 5);
      expect(answer.hits[0]!.score).toBeGreaterThanOrEqual(own.score);
      expect(answer).toMatchObject({ generation: 0, fingerprint: encoder.baseFingerprint, mode: 'baseline' });
      expect(answer.fallback).toBeNull();
    }
  });

  test('an adopted adapter serves as a new generation; comparing shows what generation 0 found', async () => {
    const { engine, encoder } = await tinyEngine(kernels);
    const before = await engine.search({ query: 'w1 w2 w3' });
    await engine.adopt(await tinyAdapter('lexical', encoder, kernels));
    const after = await engine.search({ query: 'w1 w2 w3' }, { compare: true });
    expect(after).toMatchObject({ generation: 1, mode: 'offline', fallback: null });
    expect(after.fingerprint).not.toBe(encoder.baseFingerprint);
    expect(after.before).toEqual({ generation: 0, fingerprint: encoder.baseFingerprint, hits: before.hits });
    expect(after.hits).not.toEqual(before.hits);
    await engine.reset();
    expect(await engine.search({ query: 'w1 w2 w3' })).toEqual(before);
  });

  test('the index was projected as queries are: a document finds itself under every adapter', async () => {
    for (const kind of ['affine', 'lexical'] as const) {
      const { engine, encoder, documents } = await tinyEngine(kernels);
      await engine.adopt(await tinyAdapter(kind, encoder, kernels));
      for (const document of documents) {
        const { hits } = await engine.search({ query: document.text }, { k: 60 });
        expect(hits.find(({ id }) => id === document.id)!.score).toBeCloseTo(1, 5);
      }
    }
  });

  test('two adapters, and the same for two students, have different fingerprints', async () => {
    const { engine, encoder } = await tinyEngine(kernels);
    const marks = new Set([engine.info().fingerprint]);
    for (const kind of ['affine', 'lexical'] as const) {
      await engine.adopt(await tinyAdapter(kind, encoder, kernels));
      marks.add(engine.info().fingerprint);
    }
    expect(marks.size).toBe(3);
  });

  test('an adapter of another student, and one without a file, is refused, and what served goes on', async () => {
    const { engine } = await tinyEngine(kernels);
    const other = await tinyStudent(kernels, 9);
    const foreign = await tinyAdapter('affine', other, kernels);
    await expect(engine.adopt(foreign)).rejects.toMatchObject({ code: 'adapter_wrong_model' });
    const own = await unwrittenAdapter((await tinyEngine(kernels)).encoder, kernels);
    await expect(engine.adopt(own)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(engine.info().generation).toBe(0);
  });

  test('when the adapter fails, generation 0 answers alone, says so, and counts', async () => {
    const { engine, encoder, fallbacks } = await tinyEngine(kernels);
    const healthy = await engine.search({ query: 'w4 w5' });
    const adapter = await tinyAdapter('affine', encoder, kernels);
    let broken = false;
    await engine.adopt({
      ...wrap(adapter),
      correct: (input) => (broken ? Promise.reject(new Error('device lost')) : adapter.correct(input)),
    });
    broken = true;
    const answer = await engine.search({ query: 'w4 w5' }, { compare: true });
    expect(answer.hits).toEqual(healthy.hits);
    expect(answer).toMatchObject({ generation: 0, fingerprint: encoder.baseFingerprint });
    expect(answer.fallback).toMatchObject({ from: 1, to: 0 });
    expect(answer.fallback!.reason).toContain('device lost');
    const { vectors, fallback, fingerprint } = await engine.correct({ texts: ['w4 w5'] });
    expect([vectors.dims, fallback?.to, fingerprint]).toEqual([dims, 0, encoder.baseFingerprint]);
    expect([engine.info().fallbacks, fallbacks.length]).toEqual([2, 2]);
  });

  test('a request in flight ends on the generation it began on, while another is swapped in', async () => {
    const { engine, encoder } = await tinyEngine(kernels);
    const adapter = await tinyAdapter('affine', encoder, kernels);
    let disposed = 0;
    let release = () => {};
    let held: Promise<void> | undefined;
    await engine.adopt({
      ...wrap(adapter),
      correct: async (input) => {
        await held;
        return adapter.correct(input);
      },
      dispose: async () => {
        disposed++;
        await adapter.dispose();
      },
    });
    const expected = await engine.search({ query: 'w7' });
    held = new Promise((resolve) => {
      release = resolve;
    });
    const inFlight = engine.search({ query: 'w7' });
    await engine.adopt(await tinyAdapter('lexical', encoder, kernels));
    expect(disposed).toBe(0);
    expect((await engine.search({ query: 'w7' })).generation).toBe(2);
    release();
    expect(await inFlight).toEqual(expected);
    expect(disposed).toBe(1);
  });

  test('corrected vectors have unit length, or are zero where the text has no token', async () => {
    const { engine, encoder } = await tinyEngine(kernels);
    for (const kind of [null, 'affine', 'lexical'] as const) {
      if (kind) await engine.adopt(await tinyAdapter(kind, encoder, kernels));
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (texts) => {
          const { vectors, failed } = await engine.correct({ texts });
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
    const { engine, encoder } = await tinyEngine(kernels);
    await engine.adopt(await tinyAdapter('affine', encoder, kernels));
    await fc.assert(
      fc.asyncProperty(text, async (of) => {
        const { vectors } = await encoder.encode([of], { role: 'query' });
        const [fromText, fromVector] = [await engine.correct({ texts: [of] }), await engine.correct({ vectors })];
        fromText.vectors.data.forEach((x, j) => {
          expect(Math.abs(x - fromVector.vectors.data[j]!)).toBeLessThanOrEqual(1e-6);
        });
      }),
    );
  });

  test('refuses vectors alone for tokens, another width, NaN, a query without a token, k < 1', async () => {
    const { engine, encoder } = await tinyEngine(kernels);
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
        engine.search({ vector: new Float32Array(dims + 1).fill(1) }),
        engine.search({ vector: vector.with(0, Number.NaN) }),
        engine.search({ vector: new Float32Array(dims) }),
        engine.search({ query: 'unknown words' }),
        engine.search({ query: 'w1' }, { k: 0 }),
        engine.search({ query: 'w1' }, { k: 1.5 }),
      ]),
    ).toEqual(['shape_mismatch', 'not_finite', ...Array(4).fill('invalid_input')]);
    await engine.adopt(await tinyAdapter('lexical', encoder, kernels));
    expect(await codes([engine.search({ vector }), engine.correct({ vectors: matrix(1, dims, vector) })])).toEqual([
      'text_required',
      'text_required',
    ]);
    expect(engine.info().fallbacks).toBe(0);
  });
});

/** The parts of an adapter as plain properties, so that a test can replace one. */
function wrap(adapter: Adapter): Adapter {
  return {
    card: adapter.card,
    hash: adapter.hash,
    backend: adapter.backend,
    correct: (input) => adapter.correct(input),
    alignTeacher: (T) => adapter.alignTeacher(T),
    dispose: () => adapter.dispose(),
  };
}
