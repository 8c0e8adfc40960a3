import { describe, expect, spyOn, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { errorCodes } from '../../src/errors.ts';
import { createApp } from '../../src/http/create-app.ts';
import { statusOf } from '../../src/http/errors.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { dims, tinyAdapter, tinyEngine } from '../engine/tiny-student.ts';

const kernels = await loadKernels();

async function tinyApp(kind?: 'affine' | 'lexical') {
  const { engine, collection, encoder } = await tinyEngine(kernels);
  if (kind) await collection.adopt(await tinyAdapter(kind, encoder));
  const faults: unknown[] = [];
  const app = createApp({ engine, onFault: (error) => faults.push(error) });
  const post = async (path: string, body: unknown, type = 'application/json') => {
    const init = {
      method: 'POST',
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    };
    const response = await app.request(path, init);
    return { status: response.status, body: await response.json() };
  };
  return { app, post, faults, encoder, engine };
}

const refusal = (status: number, code: string, message = /\S/) => ({
  status,
  body: { error: { code, message: expect.stringMatching(message) } },
});

describe('createApp', () => {
  test('/health says what serves', async () => {
    const { app, encoder } = await tinyApp('lexical');
    const response = await app.request('/health');
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({
        status: 'ok',
        generation: 1,
        needs: 'tokens',
        base_fingerprint: encoder.baseFingerprint,
        documents: 60,
      }),
    ]);
  });

  test('/v1/search answers with ranks, ids, texts and scores, best first', async () => {
    const { post } = await tinyApp('lexical');
    const { status, body } = await post('/v1/search', { query: 'w1 w2', k: 7 });
    expect([status, body.generation, body.hits.length]).toEqual([200, 1, 7]);
    expect(body.hits.map((hit: { rank: number }) => hit.rank)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const scores = body.hits.map((hit: { score: number }) => hit.score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
    expect(body.hits[0]).toEqual({
      rank: 1,
      id: expect.any(String),
      text: expect.any(String),
      score: expect.any(Number),
    });
    expect((await post('/v1/search', { query: 'w1' })).body.hits.length).toBe(config.http.k);
  });

  test('/v1/search with compare shows before and after, each with its fingerprint', async () => {
    const { post, encoder } = await tinyApp('affine');
    const { body } = await post('/v1/search', { query: 'w1 w2', k: 3, compare: true });
    expect(body.before).toMatchObject({ generation: 0, fingerprint: encoder.baseFingerprint });
    expect(body.after).toMatchObject({ generation: 1, fingerprint: body.fingerprint });
    expect([body.before.hits.length, body.after.hits.length, body.hits]).toEqual([3, 3, undefined]);
  });

  test('/v1/correct gives texts and their base vectors the same corrected vectors', async () => {
    const { post, encoder } = await tinyApp('affine');
    const { vectors } = await encoder.encode(['w1 w2'], { role: 'query' });
    const fromText = await post('/v1/correct', { texts: ['w1 w2'], base_fingerprint: encoder.baseFingerprint });
    const fromVector = await post('/v1/correct', { vectors: [Array.from(vectors.data)] });
    expect([fromText.status, fromVector.status]).toEqual([200, 200]);
    fromText.body.vectors[0].forEach((x: number, j: number) => {
      expect(x).toBeCloseTo(fromVector.body.vectors[0][j], 5);
    });
    expect(fromText.body).toMatchObject({ generation: 1, failed: [], fallback: null, dims: 12 });
  });

  test('a text without a token is zero and listed as failed', async () => {
    const { post } = await tinyApp('lexical');
    const { status, body } = await post('/v1/correct', { texts: ['w1', ''] });
    expect([status, body.failed, new Set(body.vectors[1])]).toEqual([200, [1], new Set([0])]);
  });

  test('refuses what it cannot do, each with its status, in one envelope', async () => {
    const { post, app } = await tinyApp('lexical');
    const affine = await tinyApp('affine');
    const vector = Array(dims).fill(1);
    expect(await post('/v1/correct', { vectors: [vector] })).toEqual(refusal(422, 'text_required'));
    expect(await post('/v1/correct', { texts: ['w1'], base_fingerprint: 'x' })).toEqual(
      refusal(409, 'adapter_wrong_model'),
    );
    expect(await affine.post('/v1/correct', { vectors: [[1, 2]] })).toEqual(refusal(422, 'shape_mismatch'));
    expect(await affine.post('/v1/correct', { vectors: [vector, [1]] })).toEqual(refusal(422, 'shape_mismatch'));
    expect(await affine.post('/v1/correct', { vectors: [vector.with(0, 1e300)] })).toEqual(refusal(422, 'not_finite'));
    expect(await affine.post('/v1/correct', `{"vectors": [[1e999${',1'.repeat(dims - 1)}]]}`)).toEqual(
      refusal(400, 'invalid_input'),
    );
    expect(await post('/v1/correct', { vectors: [[null]] })).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/correct', {})).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/correct', { texts: ['w1'], vectors: [vector] })).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/correct', { texts: Array(config.http.maxTexts + 1).fill('w1') })).toEqual(
      refusal(413, 'too_large'),
    );
    expect(await post('/v1/search', { query: 'w1', k: config.http.maxK + 1 })).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/search', { query: 'w1', typo: 1 })).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/search', { query: 'unknown' })).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/search', '{"query": "w1"')).toEqual(refusal(400, 'invalid_input'));
    expect(await post('/v1/search', { query: 'w1' }, 'text/plain')).toEqual(refusal(415, 'unsupported_media_type'));
    expect(await post('/nowhere', {})).toEqual(refusal(404, 'not_found'));
    expect(await post('/health', {})).toEqual(refusal(405, 'method_not_allowed'));
    const wrongMethod = await app.request('/v1/search');
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('refuses a body over the limit, announced or not', async () => {
    const { app } = await tinyApp();
    const body = JSON.stringify({ query: 'x'.repeat(config.http.maxBodyBytes) });
    const headers = { 'content-type': 'application/json' };
    const stream = new Blob([body]).stream();
    for (const sent of [
      { body, headers: { ...headers, 'content-length': String(body.length) } },
      { body: stream, headers, duplex: 'half' as const },
    ]) {
      const response = await app.request('/v1/search', { method: 'POST', ...sent });
      expect({ status: response.status, body: await response.json() }).toEqual(
        refusal(413, 'too_large', /the body is over/),
      );
    }
  });

  test('a refusal does not send back all that it was sent', async () => {
    const { post } = await tinyApp();
    const long = '\u{1F9CA}'.repeat(100_000);
    for (const { status, body } of [
      await post('/v1/search', { query: 'w1', [long]: 1 }),
      await post('/v1/correct', { texts: ['w1'], base_fingerprint: long }),
      await post(`/${long}`, {}),
    ]) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.error.message.length).toBeLessThanOrEqual(config.http.messageCharacters + 1);
      expect(body.error.message.isWellFormed()).toBe(true);
    }
  });

  test('a client that goes away ends the work on its request, and is no fault', async () => {
    const { app, faults, encoder } = await tinyApp('lexical');
    const aborted = new AbortController();
    const texts = Array(config.encode.batch + 1).fill('w1');
    const encode = spyOn(encoder, 'encode');
    const request = app.request('/v1/correct', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts }),
      signal: aborted.signal,
    });
    while (encode.mock.calls.length === 0) await Promise.resolve();
    aborted.abort();
    expect((await request).status).toBe(408);
    expect(faults).toEqual([]);
    expect(encode.mock.results[0]!.value).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a fault of ours is 500 without its message, and is told to the log', async () => {
    const { collection } = await tinyEngine(kernels);
    const faults: unknown[] = [];
    const broken = {
      info: () => collection.info(),
      correct: collection.correct.bind(collection),
      search: () => Promise.reject(new Error('secret path')),
    };
    const app = createApp({ engine: { collection: () => broken }, onFault: (error) => faults.push(error) });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"w1"}' };
    const response = await app.request('/v1/search', init);
    const text = await response.text();
    expect([response.status, text.includes('secret'), faults.length]).toEqual([500, false, 1]);
    expect(JSON.parse(text).error.code).toBe('internal');
  });

  test('any JSON body is answered or refused: never a fault, never a number that is not finite', async () => {
    const apps = [await tinyApp(), await tinyApp('affine'), await tinyApp('lexical')];
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1e-300, 1e300, 3.5e38));
    const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('w1 w2 w3')), { maxLength: 3 });
    const vectors = fc.array(fc.array(number, { minLength: dims, maxLength: dims }), { maxLength: 3 });
    const correct = fc.record(
      { texts, vectors, role: fc.constantFrom('query', 'document', 'x') },
      { requiredKeys: [] },
    );
    const search = fc.record(
      {
        query: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('w5')),
        k: fc.oneof(fc.nat(2000), number),
        compare: fc.boolean(),
      },
      { requiredKeys: ['query'] },
    );
    const body = fc.oneof(
      correct,
      fc.record({ vectors }),
      search,
      fc.json().map((text) => JSON.parse(text)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...apps),
        fc.constantFrom('/v1/correct', '/v1/search'),
        body,
        async (app, path, sent) => {
          const { status, body } = await app.post(path, sent);
          expect([200, 400, 413, 422]).toContain(status);
          expect(app.faults).toEqual([]);
          if (status !== 200) {
            expect([...errorCodes, 'internal'] as string[]).toContain(body.error.code);
            return;
          }
          expect(body.fallback).toBeNull();
          for (const vector of body.vectors ?? []) {
            expect(vector.every(Number.isFinite)).toBe(true);
            const norm = Math.hypot(...vector);
            expect(Math.min(Math.abs(norm - 1), norm)).toBeLessThanOrEqual(1e-6);
          }
          // One fingerprint an answer: the serving generation's.
          expect(body.fingerprint).toBe(app.engine.collection().info().fingerprint);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('statusOf', () => {
  test('gives every code an error status', () => {
    for (const code of errorCodes) expect(statusOf[code]).toBeGreaterThanOrEqual(400);
  });
});
