import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelHub } from '../../../src/encode/onnx/model-hub.ts';
import { codeOf } from '../code-of.ts';

const commit = 'a'.repeat(40);
const contents: Record<string, Uint8Array> = {
  'config.json': new TextEncoder().encode('{"model_type":"bert"}'),
  'onnx/model.onnx': new Uint8Array(300_000).map((_, i) => (i * 31) % 251),
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What the hub answers for one model, `own/tiny`; counts the files that were fetched. */
const fetched: string[] = [];
let corrupt = false;
const server = Bun.serve({
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/api/models/own/tiny/revision/'))
      return Response.json({ id: 'own/tiny', _id: '1', sha: commit });
    if (pathname === `/api/models/own/tiny/tree/${commit}`) {
      const files = Object.entries(contents).map(([path, bytes]) => ({
        type: 'file',
        path,
        size: bytes.length,
        oid: 'x',
        ...(path.endsWith('.onnx') && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 1 } }),
      }));
      return Response.json([...files, { type: 'file', path: '../out', size: 1, oid: 'x' }]);
    }
    const path = pathname.replace(`/own/tiny/resolve/${commit}/`, '');
    const bytes = contents[path];
    if (!bytes) return new Response('{"error":"no"}', { status: 401 });
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.get('range') ?? '');
    if (!range) fetched.push(path);
    const body = corrupt && path.endsWith('.onnx') ? bytes.map((x) => x ^ 1) : bytes;
    const [from, to] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, bytes.length];
    return new Response(body.slice(from, to), {
      status: range ? 206 : 200,
      headers: { etag: '"x"', ...(range && { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` }) },
    });
  },
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chelated-hub-'));
});
afterAll(async () => {
  await server.stop(true);
  await rm(directory, { recursive: true });
});

const hubUrl = `http://localhost:${server.port}`;

describe('modelHub', () => {
  test('refuses a file that does not have the hub’s checksum, and gets it again the next time', async () => {
    const model = await modelHub('own/tiny', { directory, hubUrl });
    corrupt = true;
    expect(await codeOf(() => model.read('onnx/model.onnx'))).toBe('backend_failed');
    corrupt = false;
    expect(await model.read('onnx/model.onnx').then((bytes) => sha256(bytes))).toBe(
      sha256(contents['onnx/model.onnx']!),
    );
  });

  test('downloads a file once, and opens without the hub afterwards', async () => {
    const model = await modelHub('own/tiny', { directory, hubUrl });
    expect(model.revision).toBe(commit);
    expect(model.files.map((file) => file.path)).toEqual(Object.keys(contents));
    await model.read('config.json');
    await model.read('config.json');
    expect(fetched.filter((path) => path === 'config.json')).toHaveLength(1);
    for (const away of [
      { offline: true },
      { hubUrl: 'http://localhost:9' },
      { hubUrl: 'http://localhost:9', revision: commit },
    ]) {
      const known = away.revision ? modelHub('own/tiny', { directory, hubUrl, revision: commit }) : undefined;
      await known;
      const again = await modelHub('own/tiny', { directory, ...away });
      expect(await again.read('config.json')).toEqual(Buffer.from(contents['config.json']!));
    }
  });

  test('throws not_found for a model or a file that is not there, backend_failed when the hub is not', async () => {
    expect(await codeOf(() => modelHub('own/none', { directory, hubUrl }))).toBe('not_found');
    const model = await modelHub('own/tiny', { directory, hubUrl });
    expect(await codeOf(() => model.read('no.onnx'))).toBe('not_found');
    expect(await codeOf(() => modelHub('own/other', { directory, hubUrl: 'http://localhost:9' }))).toBe(
      'backend_failed',
    );
    expect(await codeOf(() => modelHub('own/other', { directory, offline: true }))).toBe('backend_failed');
  });
});
