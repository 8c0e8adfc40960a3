import { describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import type { JobStatus } from '../../src/engine/job.ts';
import { createApp } from '../../src/http/create-app.ts';
import { serve } from '../../src/runtime/bun.ts';
import { knowing, type Teaching, toyEngine } from '../engine/toy-engine.ts';
import { kernels } from './tiny-app.ts';

interface Said {
  readonly event: string;
  readonly data: JobStatus;
}

/** A server whose teacher says nothing until it is released, so that a cycle is under way for as long as a test wants. */
async function held() {
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const teaching = (toy: Parameters<typeof knowing>[0]): Teaching => {
    const knows = knowing(toy);
    return async (...given) => {
      asked.resolve();
      await released.promise;
      return knows(...given);
    };
  };
  const { engine, collection } = await toyEngine(kernels, { teaching });
  const server = await serve(createApp({ engine }), { host: 'localhost', port: 0, closeMs: 100 });
  const ask = async (method: string, path: string) => {
    const response = await fetch(`${server.url}${path}`, { method });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  /** A cycle that waits for its teacher. */
  const begin = async (): Promise<string> => {
    const { status, body } = await ask('POST', '/v1/sediment');
    expect([status, body.state]).toEqual([202, 'running']);
    await asked.promise;
    return body.id;
  };
  const watch = (id: string, signal?: AbortSignal) =>
    fetch(`${server.url}/v1/jobs/${id}`, { headers: { accept: 'text/event-stream' }, ...(signal && { signal }) });
  const close = async () => {
    released.resolve();
    await server.close();
    await engine.close();
  };
  return { ask, begin, watch, collection, release: released.resolve, close };
}

/** The events of a stream as they come. */
async function* events({ body }: Response): AsyncGenerator<Said, undefined> {
  let text = '';
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))!.slice(name.length + 2);
      yield { event: field('event'), data: JSON.parse(field('data')) };
    }
  }
  return undefined;
}

const all = async (response: Response) => Array.fromAsync(events(response));

describe('a job over HTTP', () => {
  test('one that is running is cancelled; who watches it is told, what serves stays, and the next can begin', async () => {
    const { ask, begin, watch, collection, close } = await held();
    const id = await begin();
    const watched = events(await watch(id));
    expect((await watched.next()).value).toMatchObject({ event: 'running', data: { id, state: 'running' } });
    const cancelled = await ask('DELETE', `/v1/jobs/${id}`);
    expect([cancelled.status, cancelled.body.id]).toEqual([202, id]);
    const rest = await Array.fromAsync(watched);
    expect(rest.at(-1)).toMatchObject({ event: 'cancelled', data: { id, state: 'cancelled', report: null } });
    expect((await ask('GET', `/v1/jobs/${id}`)).body).toEqual(rest.at(-1)!.data);
    expect([collection.info().generation, collection.info().cycles]).toEqual([0, 0]);
    const again = await ask('DELETE', `/v1/jobs/${id}`);
    expect([again.status, again.body.state]).toEqual([202, 'cancelled']);
    const next = await ask('POST', '/v1/sediment');
    expect([next.status, next.body.state, next.body.id === id]).toEqual([202, 'running', false]);
    expect((await ask('GET', '/v1/jobs')).body.jobs.map((job: JobStatus) => job.state)).toEqual([
      'cancelled',
      'running',
    ]);
    await close();
  });

  test('its events are its steps in order, the last one its report; then the stream ends', async () => {
    const { ask, begin, watch, release, close } = await held();
    const id = await begin();
    const watching = watch(id).then(all);
    release();
    const said = await watching;
    expect(said.slice(0, -1).every(({ event, data }) => event === 'running' && data.state === 'running')).toBe(true);
    expect(said.at(-1)).toMatchObject({ event: 'done', data: { id, share: 1, report: { outcome: 'promoted' } } });
    for (const { event, data } of said) expect([data.id, data.state]).toEqual([id, event as JobStatus['state']]);
    expect((await ask('GET', `/v1/jobs/${id}`)).body).toEqual(said.at(-1)!.data);
    await close();
  });

  test('every event is the whole status: who comes back, or late, has missed nothing', async () => {
    const { begin, watch, release, collection, close } = await held();
    const id = await begin();
    const gone = new AbortController();
    const first = (await events(await watch(id, gone.signal)).next()).value;
    gone.abort();
    const back = events(await watch(id));
    expect((await back.next()).value).toEqual(first);
    release();
    const rest = await Array.fromAsync(back);
    expect(rest.at(-1)!.event).toBe('done');
    expect(await all(await watch(id))).toEqual([rest.at(-1)!]);
    // Nor did leaving end the work.
    expect(collection.info().generation).toBe(1);
    await close();
  });

  test('who watches takes a place until it leaves; one more is told to come again', async () => {
    const { begin, watch, close } = await held();
    const id = await begin();
    const gone = new AbortController();
    const watching = await Promise.all(
      Array.from({ length: config.http.maxStreams }, () => watch(id, gone.signal).then(events)),
    );
    for (const each of watching) expect((await each.next()).value!.event).toBe('running');
    const refused = await watch(id);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(config.http.retrySeconds)]);
    await refused.body?.cancel();
    gone.abort();
    let status = 429;
    for (let tries = 0; tries < 100 && status === 429; tries++) {
      await Bun.sleep(20);
      const response = await watch(id);
      status = response.status;
      await response.body?.cancel();
    }
    expect(status).toBe(200);
    await close();
  });
});
