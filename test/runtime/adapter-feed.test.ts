import { describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import { AdapterFeed } from '../../src/runtime/adapter-feed.ts';
import { sha256 } from '../../src/sha256.ts';
import { tinyAdapter, tinyStudent } from '../engine/tiny-student.ts';
import { kernels, tinyApp } from '../http/tiny-app.ts';

const url = 'https://example.com/adapter.onnx';

/** A feed on a collection, and the file that its address gives next. */
async function tinyFeed(options: { sha256?: string } = {}) {
  const tiny = await tinyApp();
  const shelf: { answer: (headers: Headers) => Response } = { answer: () => new Response(null, { status: 500 }) };
  const faults: { code: string }[] = [];
  const feed = new AdapterFeed({
    url,
    collection: tiny.collection,
    onFault: (error) => faults.push(error as { code: string }),
    fetch: (async (_: string, init: RequestInit) => shelf.answer(new Headers(init.headers))) as typeof fetch,
    ...options,
  });
  const publish = (file: Uint8Array, headers = {}) => {
    shelf.answer = () => new Response(file.slice(), { headers });
  };
  const generation = () => tiny.collection.info().generation;
  return { ...tiny, feed, shelf, faults, publish, generation };
}

describe('AdapterFeed', () => {
  test('what cannot be fetched or is not right leaves the last good one serving, and is told', async () => {
    const { feed, shelf, faults, publish, generation, encoder, collection } = await tinyFeed();
    publish(await tinyAdapter('affine', encoder));
    expect([await feed.refresh(), generation()]).toEqual([true, 1]);
    const good = await tinyAdapter('affine', encoder, 4);
    const stranger = await tinyAdapter('affine', await tinyStudent(kernels, 99));
    const looks: (() => void)[] = [
      () => publish(good.subarray(0, good.length - 1)),
      () => publish(good.with(good.length >> 1, good[good.length >> 1]! ^ 1)),
      () => publish(stranger),
      () => publish(good, { 'content-length': String(config.edge.maxAdapterBytes + 1) }),
      () => {
        shelf.answer = () => new Response('none', { status: 404 });
      },
      () => {
        shelf.answer = () => {
          throw new TypeError('no network');
        };
      },
    ];
    for (const look of looks) {
      look();
      expect([await feed.refresh(), generation()]).toEqual([false, 1]);
    }
    const codes = [
      'adapter_corrupt',
      'adapter_corrupt',
      'adapter_wrong_model',
      'too_large',
      'backend_failed',
      'backend_failed',
    ];
    expect(faults.map(({ code }) => code)).toEqual(codes);
    publish(good);
    const before = collection.info().fingerprint;
    expect(await feed.refresh()).toBe(true);
    expect(collection.info().fingerprint).not.toBe(before);
  });

  test('takes only the file whose hash is expected', async () => {
    const { encoder } = await tinyApp();
    const [wanted, other] = [await tinyAdapter('affine', encoder), await tinyAdapter('affine', encoder, 4)];
    const { feed, publish, generation, faults } = await tinyFeed({ sha256: await sha256(wanted.slice()) });
    publish(other);
    expect([await feed.refresh(), generation(), faults[0]!.code]).toEqual([false, 0, 'adapter_corrupt']);
    publish(wanted);
    expect(await feed.refresh()).toBe(true);
    expect(generation()).toBeGreaterThan(0);
  });

  test('the same file again makes no generation, whether the server says so or sends it', async () => {
    const { feed, shelf, publish, generation, encoder, faults } = await tinyFeed();
    const file = await tinyAdapter('affine', encoder);
    publish(file, { etag: '"1"' });
    await feed.refresh();
    expect([await feed.refresh(), generation()]).toEqual([false, 1]);
    const asked: (string | null)[] = [];
    shelf.answer = (headers) => {
      asked.push(headers.get('if-none-match'));
      return new Response(null, { status: 304 });
    };
    expect([await feed.refresh(), generation()]).toEqual([false, 1]);
    expect([asked, faults]).toEqual([['"1"'], []]);
  });

  test('every answer during a swap is of one generation, and none fails', async () => {
    const { feed, publish, json, encoder, collection } = await tinyFeed();
    const files = [await tinyAdapter('affine', encoder), await tinyAdapter('affine', encoder, 4)];
    const seen = new Map<string, Set<string>>();
    for (let round = 0; round < 6; round++) {
      publish(files[round % 2]!);
      const asked = Array.from({ length: 20 }, () => json('POST', '/v1/correct', { body: { texts: ['w1 w2'] } }));
      const [answers] = await Promise.all([Promise.all(asked), feed.refresh()]);
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        const vectors = seen.get(body.fingerprint) ?? new Set();
        seen.set(body.fingerprint, vectors.add(JSON.stringify(body.vectors)));
      }
    }
    expect(Array.from(seen.values(), (vectors) => vectors.size)).toEqual(Array(seen.size).fill(1));
    expect([seen.size, collection.info().generation]).toEqual([3, 6]);
  });
});
