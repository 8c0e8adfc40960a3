import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { config } from '../../src/config.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { Engine } from '../../src/engine/engine.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { writeSnapshot } from '../../src/store/snapshot.ts';
import { sample } from '../adapter/samples.ts';
import { kernels } from '../http/tiny-app.ts';
import { bundleWorker, workerdBinary } from './bundle-worker.ts';
import { type Running, readyServer, runs } from './ready-server.ts';

setDefaultTimeout(60_000);

const root = new URL('../..', import.meta.url).pathname;
const main = join(root, 'dist/cli/main.js');
const modules = join(root, 'node_modules');
const [use, admin] = ['use-key', 'admin-key'];

const student = await openEncoder('static', { kernels });
const documents = ['a wading bird', 'a boundary layer on a plate', 'a court of law'].map((text, i) => ({
  id: `d${i}`,
  text,
}));

const ndjson = documents.map((each) => JSON.stringify(each)).join('\n');

/** An adapter for the shipped student; another seed, another adapter. */
function adapter(seed: number): Promise<Uint8Array> {
  const { parts, card } = sample('affine', seed, { dIn: student.dims, vocabulary: 0, bias: false });
  return writeAdapter(parts, { ...card, baseFingerprint: student.baseFingerprint, student: student.id });
}

const folder = await mkdtemp(join(tmpdir(), 'chelated-smoke-'));
const file = join(folder, 'adapter.onnx');
await writeFile(file, await adapter(1));
let published = await adapter(1);
let ofWords = new Uint8Array();
const shelf = Bun.serve({
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/adapter.onnx') return new Response(published.slice());
    if (pathname === '/words') return new Response(ofWords.slice());
    if (pathname === '/snapshot') return new Response((await snapshot()).slice());
    if (pathname === '/documents.ndjson') return new Response(ndjson);
    // An OpenAI-compatible server: a text's vector is its length and 1.
    const { input } = await request.json();
    return Response.json({
      data: input.map((text: string, index: number) => ({ index, embedding: [text.length, 1] })),
    });
  },
});

interface Hit {
  readonly id: string;
  readonly score: number;
}

/** An engine with the documents, and the adapter where one is wanted. */
async function indexed(adapted: boolean, store = new MemoryStore()): Promise<Engine> {
  const engine = await Engine.open({ encoder: student, kernels, store });
  await engine.collection().upsert(documents);
  if (adapted) await engine.collection().adopt(await adapter(1));
  return engine;
}

/** The documents and an adapter that serves them, as `chelated snapshot` writes them. */
async function snapshot(): Promise<Uint8Array> {
  const store = new MemoryStore();
  const engine = await indexed(true, store);
  await engine.collection().indexWords();
  const bytes = await writeSnapshot((await store.find('default'))!);
  await engine.close();
  return bytes;
}

/** What an engine in this process finds, before and after correction. */
async function foundHere(adapted: boolean): Promise<Hit[][]> {
  const engine = await indexed(adapted);
  const { before, hits } = await engine.collection().search({ query: 'bird' }, { k: 3, compare: true });
  await engine.close();
  return [before!.hits, hits].map(places);
}

const places = (hits: readonly Hit[]): Hit[] => hits.map(({ id, score }) => ({ id, score }));

afterAll(async () => {
  await shelf.stop(true);
  await rm(folder, { recursive: true, force: true });
});

function cli(command: readonly string[]): Promise<Running> {
  const keys = { CHELATED_KEY_USE: use, CHELATED_KEY_ADMIN: admin };
  return readyServer([...command, main, 'serve', '--port', '0', '--words', '--adapter', file], keys);
}

const from = (path: string) => `http://localhost:${shelf.port}${path}`;

const followed = {
  CHELATED_ADAPTER_URL: from('/adapter.onnx'),
  CHELATED_ADAPTER_SECONDS: '0',
  CHELATED_DOCUMENTS_URL: from('/documents.ndjson'),
};

async function workerd(
  env: Readonly<Record<string, string>>,
  parts: Pick<Parameters<typeof bundleWorker>[1], 'snapshot' | 'documents' | 'words'> = {},
): Promise<Running> {
  const free = Bun.serve({ port: 0, fetch: () => new Response() });
  const port = free.port!;
  await free.stop(true);
  const keys = { CHELATED_KEY_USE: use, CHELATED_KEY_ADMIN: admin };
  const bytes = await bundleWorker(folder, { port, env: { ...keys, ...env }, ...parts });
  expect(bytes).toBeLessThanOrEqual(10_000_000);
  const child = Bun.spawn([workerdBinary, 'serve', join(folder, 'config.capnp')], {
    stdout: 'ignore',
    stderr: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    await Bun.sleep(50);
  }
  return {
    url,
    stop: async () => {
      child.kill();
      await child.exited;
    },
  };
}

const runtimes: readonly {
  name: string;
  binary: string;
  start: (binary: string) => Promise<Running>;
  writes: boolean;
}[] = [
  { name: 'Bun', binary: process.execPath, start: (binary) => cli([binary]), writes: true },
  {
    name: 'Deno',
    binary: join(modules, '.bin/deno'),
    start: (binary) => cli([binary, 'run', '--allow-all', '--node-modules-dir=manual']),
    writes: true,
  },
  { name: 'Node 24', binary: join(modules, 'node/bin/node'), start: (binary) => cli([binary]), writes: true },
  { name: 'workerd', binary: workerdBinary, start: () => workerd(followed), writes: false },
];

/** What the first runtime answered: all must agree. */
const first: { vectors?: number[][] } = {};

for (const { name, binary, start, writes } of runtimes) {
  describe.skipIf(!runs(binary))(`chelated on ${name}`, () => {
    let running: Running;
    beforeAll(async () => {
      running = await start(binary);
    }, 60_000);
    afterAll(() => running?.stop());

    const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const sent =
        body === undefined ? {} : { body: (body instanceof Uint8Array ? body : JSON.stringify(body)) as BodyInit };
      const all = { 'content-type': 'application/json', authorization: `Bearer ${admin}`, ...headers };
      return fetch(`${running.url}${path}`, { method, headers: all, ...sent });
    };

    test('is ready, and says what serves', async () => {
      expect((await ask('GET', '/ready')).status).toBe(200);
      expect(await (await ask('GET', '/health')).json()).toMatchObject({
        status: 'ok',
        generation: 1,
        // A worker has one thread; a server shares large products out where there are cores.
        kernels: writes && navigator.hardwareConcurrency > 1 ? 'threads' : 'simd',
      });
      expect(await (await ask('GET', '/metrics')).text()).toContain('chelated_generation{collection="default"} 1');
    });

    test('corrects texts and vectors alike, in every encoding, and as the other runtimes do', async () => {
      const texts = documents.map(({ text }) => text);
      const { vectors, dims } = await (await ask('POST', '/v1/correct', { texts })).json();
      first.vectors ??= vectors;
      expect(vectors).toEqual(first.vectors!);
      const base = (await student.encode(texts, { role: 'query' })).vectors.data;
      const bytes = new Uint8Array(base.buffer, base.byteOffset, base.byteLength);
      const binary = await ask('POST', '/v1/correct', bytes, { 'content-type': 'application/octet-stream' });
      const floats = new Float32Array(await binary.arrayBuffer());
      const text = { vectors_base64: Buffer.from(bytes).toString('base64'), encoding_format: 'base64' };
      const { vectors_base64 } = await (await ask('POST', '/v1/correct', text)).json();
      expect(Buffer.from(vectors_base64, 'base64')).toEqual(Buffer.from(floats.buffer));
      expect([floats.length, binary.headers.get('x-dims')]).toEqual([texts.length * dims, String(dims)]);
      for (const [i, x] of vectors.flat().entries()) expect(floats[i]).toBeCloseTo(x, 5);
      const embedded = await (await ask('POST', '/v1/embeddings', { input: texts, model: 'student+adapter' })).json();
      expect(embedded.data.map(({ embedding }: { embedding: number[] }) => embedding)).toEqual(vectors);
    });

    test(
      writes ? 'takes documents and finds them' : 'finds the documents it was given, and says why it takes none',
      async () => {
        const written = await ask('POST', '/v1/documents', { documents });
        if (writes) expect((await written.json()).created).toBe(3);
        else
          expect([written.status, (await written.json()).error.message]).toEqual([
            501,
            expect.stringContaining('keeps nothing'),
          ]);
        const { before, after } = await (
          await ask('POST', '/v1/search', { query: 'bird', k: 3, compare: true })
        ).json();
        expect([before.hits[0].id, before.hits.length, after.hits.length]).toEqual(['d0', 3, 3]);
        const fused = await ask('POST', '/v1/search', { query: 'the courts', k: 1, fusion: {} });
        const { fusion, hits, error } = await fused.json();
        if (writes) expect([hits[0].id, fusion.words, fusion.fallback]).toEqual(['d2', 1, null]);
        else expect([fused.status, error.message]).toEqual([501, expect.stringContaining('words: true')]);
      },
    );

    test('refuses without a key, a body that is too large, and what is no route', async () => {
      const status = async (...request: Parameters<typeof ask>) => (await ask(...request)).status;
      expect(await status('POST', '/v1/search', { query: 'bird' }, { authorization: '' })).toBe(401);
      expect(await status('POST', '/v1/rollback', {}, { authorization: `Bearer ${use}` })).toBe(403);
      expect(await status('POST', '/v1/correct', { texts: ['x'.repeat(config.http.maxBodyBytes)] })).toBe(413);
      expect(await status('GET', '/nowhere')).toBe(404);
      expect(await status('OPTIONS', '/v1/search')).toBe(405);
    });
  });
}

describe.skipIf(!runs(runtimes[3]!.binary))('a worker and its adapter', () => {
  test('keeps the last good one, and swaps the next while it serves', async () => {
    const running = await workerd(followed);
    const correct = async () => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${use}` };
      const response = await fetch(`${running.url}/v1/correct`, {
        method: 'POST',
        headers,
        body: '{"texts":["bird"]}',
      });
      expect(response.status).toBe(200);
      return (await response.json()).fingerprint as string;
    };
    const good = await correct();
    const next = await adapter(2);
    published = next.subarray(0, next.length / 2);
    for (let i = 0; i < 10; i++) expect(await correct()).toBe(good);
    published = next;
    let now = good;
    for (let tries = 0; tries < 200 && now === good; tries++) {
      now = await correct();
      await Bun.sleep(20);
    }
    expect(now).not.toBe(good);
    expect(await correct()).toBe(now);
    await running.stop();
  });

  const asked = async (running: Running, path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${use}` };
    return (await fetch(`${running.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };

  // An index that is fetched, and one that is part of the upload: from a snapshot, or from documents alone.
  const indexes = [
    { from: 'a fetched snapshot', env: { CHELATED_SNAPSHOT_URL: from('/snapshot') }, generation: 1 },
    { from: 'a bundled snapshot', parts: async () => ({ snapshot: await snapshot() }), generation: 1 },
    { from: 'fetched documents', env: { CHELATED_DOCUMENTS_URL: from('/documents.ndjson') }, generation: 0 },
    { from: 'bundled documents', parts: async () => ({ documents: ndjson }), generation: 0 },
  ];
  for (const { from, env = {}, parts = async () => ({}), generation } of indexes) {
    test(`finds what is in ${from}, with the scores of a server that has it`, async () => {
      const running = await workerd(env, await parts());
      const found = await asked(running, '/v1/search', { query: 'bird', k: 3, compare: true });
      expect([found.generation, found.before.hits.length, found.before.hits[0].id]).toEqual([generation, 3, 'd0']);
      expect([found.before.hits, found.after.hits].map(places)).toEqual(await foundHere(generation === 1));
      const fused = await asked(running, '/v1/search', { query: 'the courts', k: 1, fusion: {} });
      if (generation === 1) expect([fused.hits[0].id, fused.fusion.words]).toEqual(['d2', 1]);
      else expect(fused.error.code).toBe('not_supported');
      await running.stop();
    });
  }

  test('has the student with words too, and what its collection’s snapshot has', async () => {
    const words = await openEncoder('static-words', { kernels });
    const store = new MemoryStore();
    const engine = await Engine.open({ encoder: words, kernels, store });
    await engine.collection().upsert(documents);
    const { parts, card } = sample('lexical', 1, {
      dIn: words.dims,
      vocabulary: words.tokenizer.vocabularySize,
      known: 0.2,
    });
    const fitted = { ...card, baseFingerprint: words.baseFingerprint, student: words.id };
    await engine.collection().adopt(await writeAdapter(parts, fitted));
    ofWords = new Uint8Array(await writeSnapshot((await store.find('default'))!));
    const { hits } = await engine.collection().search({ query: 'a wading bird' }, { k: 3 });
    await engine.close();
    const running = await workerd({ CHELATED_SNAPSHOT_URL: from('/words') }, { words: true });
    const found = await asked(running, '/v1/search', { query: 'a wading bird', k: 3 });
    expect([found.generation, found.hits.map(({ score }: Hit) => score)]).toEqual([1, hits.map(({ score }) => score)]);
    await running.stop();
  });

  test('stands before an OpenAI-compatible server', async () => {
    const running = await workerd({ CHELATED_PROXY_URL: from('/v1'), CHELATED_PROXY_MODEL: 'two-wide' });
    const { data } = await asked(running, '/v1/embeddings', { model: 'two-wide', input: ['four'] });
    expect(data[0].embedding.map((x: number) => x.toFixed(4))).toEqual(['0.9701', '0.2425']);
    await running.stop();
  });
});
