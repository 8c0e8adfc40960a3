import { describe, expect, test } from 'bun:test';
import { breakable, tinyAdapter, tinyEngine, tinyStudent } from '../engine/tiny-student.ts';
import { kernels, tinyApp } from './tiny-app.ts';

const path = '/v1/search';

describe('POST /v1/search', () => {
  test('a base vector finds what its text finds; neither, both, or another width is refused', async () => {
    const { json, encoder, collection } = await tinyApp({ adapter: 'affine' });
    const { vectors } = await encoder.encode(['w1 w2'], { role: 'query' });
    const vector = Array.from(vectors.data);
    const byText = await json('POST', path, { body: { query: 'w1 w2', k: 9 } });
    const byVector = await json('POST', path, { body: { vector, k: 9 } });
    expect([byVector.status, byVector.body.hits.map(({ id }: { id: string }) => id)]).toEqual([
      200,
      byText.body.hits.map(({ id }: { id: string }) => id),
    ]);
    const { generation, mode, fingerprint } = collection.info();
    expect(byVector.body).toMatchObject({ generation, mode, fingerprint, fallback: null });
    for (const body of [{}, { query: 'w1', vector }]) {
      expect((await json('POST', path, { body })).status).toBe(400);
    }
    expect((await json('POST', path, { body: { vector: [1, 2] } })).body.error.code).toBe('shape_mismatch');
  });

  test('a vector alone is refused with text_required where the adapter reads tokens', async () => {
    const { json, encoder } = await tinyApp({ adapter: 'lexical' });
    const { status, body } = await json('POST', path, { body: { vector: Array(encoder.dims).fill(1) } });
    expect([status, body.error.code]).toEqual([422, 'text_required']);
  });

  test('filters leave only what meets them, before and after alike', async () => {
    const { json } = await tinyApp({ adapter: 'affine', documents: 0 });
    const documents = Array.from({ length: 40 }, (_, i) => ({
      id: `d${i}`,
      text: `w${i % 7} w${i % 5}`,
      metadata: { year: 2000 + i, kind: i % 2 === 0 ? 'even' : 'odd' },
    }));
    await json('POST', '/v1/documents', { body: { documents } });
    const filter = { year: { gte: 2010, lte: 2020 }, kind: { in: ['even'] } };
    const { body } = await json('POST', path, { body: { query: 'w1', k: 40, filter, compare: true } });
    const expected = documents.filter(
      ({ metadata: { year, kind } }) => year >= 2010 && year <= 2020 && kind === 'even',
    );
    for (const { hits } of [body.before, body.after]) {
      const ids = hits.map(({ id }: { id: string }) => id);
      expect(ids.toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    }
  });

  test('a fusion is that of the engine, defaults filled in, before and after alike', async () => {
    const { json, collection, documents } = await tinyApp({ adapter: 'lexical', options: { words: true } });
    const query = documents[0]!.text;
    const { body } = await json('POST', path, { body: { query, k: 5, fusion: {}, compare: true } });
    const here = await collection.search({ query }, { k: 5, fusion: {}, compare: true });
    const ids = (hits: readonly { id: string }[]) => hits.map(({ id }) => id);
    expect([ids(body.before.hits), ids(body.after.hits)]).toEqual([ids(here.before!.hits), ids(here.hits)]);
    expect(body.fusion).toEqual({ method: 'z-score', weights: [0.5, 0.5], words: here.fusion!.words, fallback: null });
    const asked = { method: 'reciprocal-rank', weights: [1, 0] };
    expect((await json('POST', path, { body: { query, fusion: asked } })).body.fusion).toMatchObject(asked);
    expect((await json('POST', path, { body: { query } })).body.fusion).toBeNull();
  });

  test('a fusion that cannot be is refused; one without any word found says that the vectors answered', async () => {
    const { json, encoder, ask } = await tinyApp();
    const vector = Array(encoder.dims).fill(1);
    const refusal = async (body: object) => {
      const answer = await json('POST', path, { body });
      return [answer.status, answer.body.error.code];
    };
    expect(await refusal({ vector, fusion: {} })).toEqual([422, 'text_required']);
    expect(await refusal({ query: 'w1', fusion: {} })).toEqual([501, 'not_supported']);
    for (const fusion of [
      { method: 'sum' },
      { weights: [1] },
      { weights: [1, -1] },
      { weights: [2, 0] },
      { more: 1 },
      true,
    ]) {
      expect(await refusal({ query: 'w1', fusion })).toEqual([400, 'invalid_input']);
    }
    expect((await json('PUT', '/v1/collections/default', { body: { words: true } })).body.words).toBe(true);
    const { body } = await json('POST', path, { body: { query: 'w1 AND "the', fusion: {} } });
    expect(body.fusion.fallback).toBeNull();
    const none = await json('POST', path, { body: { query: 'W1 w1 the', fusion: {}, filter: { nothing: 1 } } });
    expect(none.body.hits).toEqual([]);
    await json('PUT', '/v1/collections/vectors', { body: { words: true } });
    await json('POST', '/v1/documents', { body: { documents: [{ id: 'a', vector }], collection: 'vectors' } });
    const alone = await json('POST', path, { body: { query: 'w1', fusion: {}, collection: 'vectors' } });
    expect([alone.body.hits[0].id, alone.body.fusion.words]).toEqual(['a', 0]);
    expect(alone.body.fusion.fallback).toContain('vectors alone');
    const counted = 'chelated_events_total{collection="vectors",type="fusion-fallback"} 1';
    expect(await (await ask('GET', '/metrics')).text()).toContain(counted);
  });

  test('an answer of generation 0 in another’s place says so, and is counted', async () => {
    const { broken, openAdapter } = breakable(await tinyStudent(kernels), kernels);
    const tiny = await tinyEngine(kernels, 60, { openAdapter });
    await tiny.collection.adopt(await tinyAdapter('affine', tiny.encoder));
    const { json, ask } = await tinyApp({ engine: tiny.engine });
    broken.reason = 'device lost';
    for (const [route, body] of [
      [path, { query: 'w1' }],
      ['/v1/correct', { texts: ['w1'] }],
    ] as const) {
      const answer = await json('POST', route, { body });
      expect([answer.status, answer.body.generation, answer.body.fingerprint]).toEqual([
        200,
        0,
        tiny.encoder.baseFingerprint,
      ]);
      expect(answer.body.fallback).toMatchObject({ from: 1, to: 0, reason: expect.stringContaining('device lost') });
    }
    expect(await (await ask('GET', '/metrics')).text()).toContain('chelated_fallbacks_total{collection="default"} 2\n');
  });
});
