import { describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import { createApp } from '../../src/http/create-app.ts';
import type { AppEngine } from '../../src/http/operation.ts';
import type { RequestLog } from '../../src/http/request-log.ts';
import { tinyApp } from './tiny-app.ts';

const search = { body: { query: 'w1' } };

/** An app whose searches wait until they are released. */
async function held(deps: Parameters<typeof tinyApp>[0] = {}) {
  const app = await tinyApp(deps);
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const original = app.collection.search.bind(app.collection);
  app.collection.search = async (...given) => {
    await promise;
    return original(...given);
  };
  return { ...app, release };
}

describe('limits', () => {
  test('one request more than may be in flight is told to come again; then all is as before', async () => {
    const { json, release } = await held();
    const waiting = Array.from({ length: config.http.maxRequests }, () => json('POST', '/v1/search', search));
    const refused = await json('POST', '/v1/search', search);
    expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([
      429,
      'overloaded',
      '1',
    ]);
    expect((await json('GET', '/health')).status).toBe(200);
    release();
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await json('POST', '/v1/search', search)).status).toBe(200);
  });

  test('work that takes too long is ended and said so, and its signal is heard', async () => {
    const { json, collection } = await tinyApp({ requestMs: 20 });
    const ended = Promise.withResolvers<unknown>();
    collection.search = (_, options) => {
      options!.signal!.addEventListener('abort', () => ended.resolve(options!.signal!.reason));
      return new Promise(() => {});
    };
    const answer = await json('POST', '/v1/search', search);
    expect([answer.status, answer.body.error.code]).toEqual([503, 'timed_out']);
    expect(await ended.promise).toMatchObject({ code: 'timed_out' });
  });

  test('a body that does not come in time is 408', async () => {
    const { json } = await tinyApp({ requestMs: 20 });
    const headers = { 'content-type': 'application/json' };
    const answer = await json('POST', '/v1/search', { body: new ReadableStream({}), headers });
    expect([answer.status, answer.body.error.code]).toEqual([408, 'slow_body']);
  });

  test('until the engine is open everything but /health waits for it with 503, and says so when it failed', async () => {
    const { engine } = await tinyApp();
    const opening = Promise.withResolvers<AppEngine>();
    const app = createApp({ engine: opening.promise });
    const status = async (path: string) => (await app.request(path)).status;
    expect([await status('/health'), await status('/ready'), await status('/v1/mode')]).toEqual([200, 503, 503]);
    expect((await app.request('/ready')).headers.get('retry-after')).toBe('1');
    opening.resolve(engine);
    await opening.promise;
    expect([await status('/ready'), await status('/v1/mode')]).toEqual([200, 200]);

    const faults: unknown[] = [];
    const broken = createApp({ engine: Promise.reject(new Error('no disk')), onFault: (error) => faults.push(error) });
    await Bun.sleep(0);
    const ready = await broken.request('/ready');
    expect([ready.status, (await ready.text()).includes('could not start'), faults.length]).toEqual([503, true, 1]);
  });

  test('a server that cannot change anything refuses to, with the reason, and answers the rest', async () => {
    const { json } = await tinyApp({ readOnly: 'nothing is kept here' });
    for (const [method, path] of [
      ['PUT', '/v1/mode'],
      ['POST', '/v1/documents'],
      ['POST', '/v1/sediment'],
      ['DELETE', '/v1/documents/d0'],
    ] as const) {
      const { status, body } = await json(method, path, method === 'DELETE' ? {} : { body: {} });
      expect([status, body.error]).toEqual([501, { code: 'not_supported', message: 'nothing is kept here' }]);
    }
    expect((await json('POST', '/v1/search', search)).status).toBe(200);
  });
});

describe('what is told of requests', () => {
  test('the log has a line each, with an id, and no text, vector or key', async () => {
    const lines: RequestLog[] = [];
    const { json } = await tinyApp({ log: (entry) => lines.push(entry), keys: { use: ['secret-key'], admin: ['x'] } });
    const headers = { authorization: 'Bearer secret-key', 'x-request-id': 'mine-1' };
    await json('POST', '/v1/search', { body: { query: 'w1 secret-text' }, headers });
    await json('GET', '/v1/documents/secret-id', { headers });
    await json('GET', '/secret-path', { headers });
    expect(lines).toEqual([
      { id: 'mine-1', method: 'POST', route: '/v1/search', status: 200, ms: expect.any(Number) },
      { id: 'mine-1', method: 'GET', route: '/v1/documents/{id}', status: 404, ms: expect.any(Number) },
      { id: 'mine-1', method: 'GET', route: 'none', status: 404, ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('every answer carries the id that the client gave, or one of its own where that is none', async () => {
    const { json } = await tinyApp();
    const id = async (given?: string) =>
      (await json('GET', '/health', given === undefined ? {} : { headers: { 'x-request-id': given } })).headers.get(
        'x-request-id',
      );
    expect(await id('abc')).toBe('abc');
    expect(await id()).toMatch(/^[\da-f-]{36}$/);
    expect(await id('x'.repeat(300))).toMatch(/^[\da-f-]{36}$/);
  });

  test('/metrics counts requests by route and status, and says where collections are', async () => {
    const { json, ask } = await tinyApp({ adapter: 'affine' });
    await json('POST', '/v1/search', search);
    await json('POST', '/v1/search', { body: {} });
    const text = await (await ask('GET', '/metrics')).text();
    expect(text).toContain('chelated_requests_total{method="POST",route="/v1/search",status="200"} 1\n');
    expect(text).toContain('chelated_requests_total{method="POST",route="/v1/search",status="400"} 1\n');
    expect(text).toContain('chelated_request_seconds_count{route="/v1/search"} 2\n');
    expect(text).toContain('chelated_generation{collection="default"} 1\n');
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) chelated_\w+ .+|chelated_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
    }
  });
});
