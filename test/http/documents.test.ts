import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { dims } from '../engine/tiny-student.ts';
import { tinyApp } from './tiny-app.ts';

const path = '/v1/documents';
const ndjson = { 'content-type': 'application/x-ndjson' };
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('documents', () => {
  test('each of a bulk is taken or refused by itself, in the order sent', async () => {
    const { json } = await tinyApp({ documents: 1 });
    const documents = [
      { id: 'd0', text: 'w1' },
      { id: 'n1', text: 'w2', metadata: { year: 2024, tags: ['a', 'b'] } },
      { id: 'n2', text: '' },
      { id: 'n3', vector: Array(dims).fill(1) },
      { id: 'n4', vector: [1] },
      { id: 'n1', text: 'w3' },
    ];
    const { status, body } = await json('POST', path, { body: { documents } });
    expect([status, body.created, body.replaced, body.refused]).toEqual([200, 2, 1, 3]);
    expect(body.results.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      ['d0', 'replaced'],
      ['n1', 'created'],
      ['n2', 'refused'],
      ['n3', 'created'],
      ['n4', 'refused'],
      ['n1', 'refused'],
    ]);
    expect(body.results[4].error.code).toBe('shape_mismatch');
    expect((await json('GET', `${path}/n1`)).body).toEqual({
      id: 'n1',
      text: 'w2',
      metadata: { year: 2024, tags: ['a', 'b'] },
    });
    const found = await json('POST', '/v1/search', { body: { query: 'w2', k: 9, filter: { year: { gte: 2000 } } } });
    expect(found.body.hits.map(({ id }: { id: string }) => id)).toEqual(['n1']);
  });

  test('a stream of lines gives a result each, wherever its parts are cut', async () => {
    const sent = `{"id":"a","text":"w1"}\n\n{"id":"b","text":""}\r\nno json\n{"id":"é","text":"w2"}`;
    const bytes = new TextEncoder().encode(sent);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 5 }), async (cuts) => {
        const { ask } = await tinyApp({ documents: 0 });
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const body = new ReadableStream<Uint8Array>({
          start(to) {
            for (let i = 1; i < edges.length; i++) to.enqueue(bytes.slice(edges[i - 1], edges[i]));
            to.close();
          },
        });
        const response = await ask('POST', path, { body, headers: ndjson });
        expect(lines(await response.text())).toEqual([
          { id: 'a', status: 'created' },
          { id: 'b', status: 'refused', error: { code: 'invalid_input', message: expect.any(String) } },
          { line: 4, id: null, status: 'refused', error: { code: 'invalid_input', message: expect.any(String) } },
          { id: 'é', status: 'created' },
          { done: true, created: 2, replaced: 0, refused: 2 },
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('a stream may be longer than a body may be, a line may not be longer than a line', async () => {
    const { ask, collection } = await tinyApp({ documents: 0 });
    const text = 'w1 '.repeat(3000);
    const count = Math.ceil((config.http.maxBodyBytes * 1.2) / text.length);
    const body = Array.from({ length: count }, (_, i) => JSON.stringify({ id: `d${i}`, text })).join('\n');
    const long = JSON.stringify({ id: 'long', text: 'w1 '.repeat(config.http.maxLineBytes / 3 + 1) });
    const response = await ask('POST', path, { body: new Blob([`${body}\n${long}\n`]).stream(), headers: ndjson });
    const answer = lines(await response.text());
    expect(answer.at(-1)).toEqual({ done: true, created: count, replaced: 0, refused: 1 });
    expect(answer.at(-2).error.code).toBe('too_large');
    expect(collection.info().documents).toBe(count);
  });

  test('a stream that breaks off says how far it came; that much is there', async () => {
    const { ask, collection } = await tinyApp({ documents: 0 });
    const body = new ReadableStream<Uint8Array>({
      async pull(to) {
        to.enqueue(
          new TextEncoder().encode(Array.from({ length: 300 }, (_, i) => `{"id":"d${i}","text":"w1"}\n`).join('')),
        );
        await Bun.sleep(1);
        to.error(new Error('gone'));
      },
    });
    const answer = lines(await (await ask('POST', path, { body, headers: ndjson })).text());
    const { done, created } = answer.at(-1);
    expect([done, created, collection.info().documents]).toEqual([
      false,
      config.http.streamBatch,
      config.http.streamBatch,
    ]);
  });

  test('one document: put makes it (201) or replaces it (200), get finds it, delete takes it away once', async () => {
    const { json } = await tinyApp({ documents: 0 });
    const ids = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((id) => id !== '.' && id !== '..');
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const at = `${path}/${encodeURIComponent(id)}`;
        const statuses = [
          (await json('GET', at)).status,
          (await json('PUT', at, { body: { text: 'w1' } })).status,
          (await json('PUT', at, { body: { text: 'w2' } })).status,
        ];
        expect((await json('GET', at)).body).toEqual({ id, text: 'w2', metadata: null });
        statuses.push((await json('DELETE', at)).status, (await json('DELETE', at)).status);
        expect(statuses).toEqual([404, 201, 200, 204, 404]);
      }),
      { numRuns: 50 },
    );
    expect((await json('PUT', `${path}/x`, { body: { vector: [1] } })).status).toBe(422);
  });

  test('an idempotency key gives the first answer again and does nothing; before another request it is refused', async () => {
    const { json, ask } = await tinyApp({ documents: 0 });
    const headers = { 'idempotency-key': 'k1' };
    const body = { documents: [{ id: 'a', text: 'w1' }] };
    const both = await Promise.all([json('POST', path, { body, headers }), json('POST', path, { body, headers })]);
    expect(both.map(({ body }) => body.created)).toEqual([1, 1]);
    expect((await json('POST', path, { body, headers })).body).toEqual(both[0]!.body);
    expect((await json('POST', path, { body })).body.replaced).toBe(1);
    const other = { documents: [{ id: 'b', text: 'w1' }] };
    expect((await json('POST', path, { body: other, headers })).status).toBe(422);
    expect((await ask('POST', path, { body: '{}', headers: { ...headers, ...ndjson } })).status).toBe(400);
  });

  test('what failed under an idempotency key is done when it is sent again', async () => {
    const { json, collection } = await tinyApp({ documents: 0 });
    const upsert = collection.upsert.bind(collection);
    collection.upsert = () => Promise.reject(new Error('once'));
    const sent = { body: { documents: [{ id: 'a', text: 'w1' }] }, headers: { 'idempotency-key': 'k1' } };
    expect((await json('POST', path, sent)).status).toBe(500);
    collection.upsert = upsert;
    expect((await json('POST', path, sent)).body.created).toBe(1);
  });

  test('collections are made, written to by name in body or query, and dropped', async () => {
    const { json } = await tinyApp({ documents: 0 });
    expect((await json('PUT', '/v1/collections/papers')).status).toBe(200);
    await json('POST', path, { body: { documents: [{ id: 'a', text: 'w1' }], collection: 'papers' } });
    expect((await json('GET', `${path}/a?collection=papers`)).status).toBe(200);
    expect((await json('GET', `${path}/a`)).status).toBe(404);
    expect(
      (await json('GET', '/v1/collections')).body.collections.map((each: { collection: string; documents: number }) => [
        each.collection,
        each.documents,
      ]),
    ).toEqual([
      ['default', 0],
      ['papers', 1],
    ]);
    expect((await json('DELETE', '/v1/collections/papers')).status).toBe(204);
    expect((await json('GET', `${path}/a?collection=papers`)).status).toBe(404);
    expect((await json('DELETE', '/v1/collections/default')).status).toBe(400);
  });
});
