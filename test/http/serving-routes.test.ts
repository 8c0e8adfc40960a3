import { describe, expect, test } from 'bun:test';
import { tinyAdapter } from '../engine/tiny-student.ts';
import { toyEngine } from '../engine/toy-engine.ts';
import { kernels, tinyApp } from './tiny-app.ts';

/** An app with two adapters after the student; the second serves. */
async function three() {
  const app = await tinyApp({ adapter: 'affine' });
  await app.collection.adopt(await tinyAdapter('affine', app.encoder, 4));
  const search = async () => (await app.json('POST', '/v1/search', { body: { query: 'w1' } })).body;
  return { ...app, search };
}

describe('what serves, over HTTP', () => {
  test('generations are listed with their cards; one is promoted, and rolled back, and searches follow', async () => {
    const { json, search } = await three();
    const listed = (await json('GET', '/v1/generations')).body.generations;
    expect(listed.map(({ number, serving }: { number: number; serving: boolean }) => [number, serving])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect([listed[0].adapter, listed[1].adapter.kind]).toEqual([null, 'affine']);
    const promoted = await json('POST', '/v1/generations/1/promote');
    expect([promoted.status, promoted.body]).toEqual([200, { generation: 1, fingerprint: listed[1].fingerprint }]);
    expect(await search()).toMatchObject({ generation: 1, fingerprint: listed[1].fingerprint });
    const back = await json('POST', '/v1/rollback');
    expect([back.status, back.body]).toEqual([200, { generation: 2, fingerprint: listed[2].fingerprint }]);
    expect((await search()).generation).toBe(2);
    const kinds = (await json('GET', '/v1/history?limit=2')).body.entries.map(({ kind }: { kind: string }) => kind);
    expect(kinds.length).toBe(2);
  });

  test('mode is read and changed: off lets the student answer, another what was promoted; α stays within 0 and 1', async () => {
    const { json, search, encoder } = await three();
    const before = (await json('GET', '/v1/mode')).body;
    const off = await json('PUT', '/v1/mode', { body: { mode: 'off' } });
    expect([off.status, off.body]).toEqual([
      200,
      { mode: 'off', alpha: before.alpha, curriculum: null, generation: 0, fingerprint: encoder.baseFingerprint },
    ]);
    expect(await search()).toMatchObject({ mode: 'off', generation: 0 });
    const on = await json('PUT', '/v1/mode', { body: { mode: 'hybrid', alpha: 0.25 } });
    expect(on.body).toMatchObject({ mode: 'hybrid', alpha: 0.25, generation: 2 });
    expect((await json('GET', '/v1/mode')).body).toEqual(on.body);
    const curriculum = { from: 0.9, to: 0.1, cycles: 20, shape: 'cosine' };
    const over = await json('PUT', '/v1/mode', { body: { mode: 'hybrid', alpha: curriculum } });
    expect(over.body).toMatchObject({ alpha: 0.9, curriculum });
    const bad = [{ to: 1.5 }, { cycles: 0 }, { cycles: 1.5 }, { shape: 'square' }, { more: 1 }];
    for (const body of [
      ...[{ mode: 'hybrid', alpha: 1.5 }, { mode: 'hybrid', alpha: -1 }, { mode: 'other' }, {}],
      ...bad.map((wrong) => ({ mode: 'hybrid', alpha: { ...curriculum, ...wrong } })),
    ]) {
      expect((await json('PUT', '/v1/mode', { body })).status).toBe(400);
    }
  });

  test('the chelation log has the collapse events as document ids, no more than asked for', async () => {
    const { engine, collection } = await toyEngine(kernels, { sampleRate: 1 });
    const { json } = await tinyApp({ engine });
    // The threshold is calibrated between the requests: the first ones are not looked at.
    for (let i = 0; i < 4000 && collection.info().collapsed < 5; i++) {
      await json('POST', '/v1/search', { body: { query: `w${(i * 7) % 300} w${i % 300}` } });
      await Bun.sleep(0);
    }
    const { status, body } = await json('GET', '/v1/chelation-log');
    const { sampled, collapsed } = collection.info();
    expect([status, body.sampled, body.collapsed, body.events.length]).toEqual([200, sampled, collapsed, 5]);
    for (const event of body.events) for (const id of event) expect(id).toMatch(/^d\d+$/);
    expect((await json('GET', '/v1/chelation-log?limit=1')).body.events).toEqual(body.events.slice(-1));
    await engine.close();
  });
});
