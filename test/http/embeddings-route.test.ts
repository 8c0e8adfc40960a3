import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import OpenAI from 'openai';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { floatsOf } from '../../src/http/float-bytes.ts';
import { row } from '../../src/matrix.ts';
import { dims, gatedStudent } from '../engine/tiny-student.ts';
import { kernels, tinyApp } from './tiny-app.ts';

const path = '/v1/embeddings';

describe('POST /v1/embeddings', () => {
  test('the official client gets what the engine computes, as floats and as base64', async () => {
    const { app, collection } = await tinyApp({ adapter: 'lexical' });
    const client = new OpenAI({
      apiKey: 'unused',
      baseURL: 'http://localhost/v1',
      fetch: async (url: string | URL | Request, init?: RequestInit) => app.fetch(new Request(url, init)),
    });
    const input = ['w1 w2', 'w3'];
    const { vectors } = await collection.correct({ texts: input });
    for (const encoding_format of [undefined, 'float', 'base64'] as const) {
      const answer = await client.embeddings.create({
        model: 'student+adapter',
        input,
        ...(encoding_format && { encoding_format }),
      });
      expect(answer.data.map(({ index }) => index)).toEqual([0, 1]);
      answer.data.forEach(({ embedding }, i) => {
        const values =
          typeof embedding === 'string' ? floatsOf(Uint8Array.from(Buffer.from(embedding, 'base64'))) : embedding;
        // Numbers in JSON have the digits of an f32: as f32 they are the vector, bit for bit.
        expect(Float32Array.from(values)).toEqual(row(vectors, i).slice());
      });
      expect(answer.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    }
    const refused = await client.embeddings.create({ model: 'other', input }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('counts tokens as they were read where a context gate weighs them', async () => {
    const encoder = await gatedStudent(kernels);
    const { json } = await tinyApp({ adapter: 'lexical', acceptTokenIds: true, options: { encoder } });
    for (const model of ['student', 'student+adapter']) {
      for (const input of [
        ['w1 w2 w1', 'w3'],
        [[1, 2, 1], [3]],
      ]) {
        const { status, body } = await json('POST', path, { body: { input, model } });
        expect([status, body.usage]).toEqual([200, { prompt_tokens: 4, total_tokens: 4 }]);
      }
    }
  });

  test('counts no words and pairs of words beside the word pieces they are made of', async () => {
    const used = async (student: string) => {
      const { json } = await tinyApp({ options: { encoder: await openEncoder(student, { kernels }) } });
      return (await json('POST', path, { body: { input: ['a boundary layer', 'the kakapo'] } })).body.usage;
    };
    expect(await used('static-words')).toEqual(await used('static'));
  });

  test('base64 is the little-endian f32 of the floats, which are written with an f32’s digits', async () => {
    const { json } = await tinyApp({ adapter: 'affine' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(39), { minLength: 1, maxLength: 9 }), async (words) => {
        const input = words.map((word) => `w${word}`).join(' ');
        const floats = (await json('POST', path, { body: { input } })).body.data[0].embedding;
        const text = (await json('POST', path, { body: { input, encoding_format: 'base64' } })).body.data[0].embedding;
        const bytes = Buffer.from(text, 'base64');
        expect(floats.map((_: number, i: number) => bytes.readFloatLE(4 * i))).toEqual(floats.map(Math.fround));
      }),
      { numRuns: 30 },
    );
  });

  test('model chooses between the base vector and the corrected one; without one the mode does', async () => {
    const { json, encoder, collection } = await tinyApp({ adapter: 'affine' });
    const of = async (model?: string) =>
      (await json('POST', path, { body: { input: 'w1', ...(model && { model }) } })).body;
    const base = (await encoder.encode(['w1'], { role: 'query' })).vectors.data;
    const student = await of('student');
    expect([Float32Array.from(student.data[0].embedding), student.model]).toEqual([base, 'student']);
    const corrected = await of('student+adapter');
    expect([corrected.model, corrected.data[0].embedding.length]).toEqual(['student+adapter', 12]);
    expect(await of()).toEqual(corrected);
    expect(await of(encoder.id)).toEqual(corrected);
    await collection.setMode('off');
    expect(await of()).toEqual(student);
    expect((await json('POST', path, { body: { input: 'w1', model: 'student+adapter' } })).status).toBe(404);
  });

  test('names that the server was given are served as the mode says', async () => {
    const { json } = await tinyApp({ models: ['text-embedding-3-small'] });
    expect((await json('POST', path, { body: { input: 'w1', model: 'text-embedding-3-small' } })).status).toBe(200);
  });

  test('token ids, where they are taken, are what their text is; where the vocabulary has none, refused', async () => {
    for (const adapter of ['affine', 'lexical'] as const) {
      const { json } = await tinyApp({ adapter, acceptTokenIds: true });
      for (const model of ['student', 'student+adapter']) {
        const of = async (input: unknown) => (await json('POST', path, { body: { input, model } })).body;
        expect(await of([[1, 2, 1], [3]])).toEqual(await of(['w1 w2 w1', 'w3']));
        expect(await of([5, 6])).toEqual(await of('w5 w6'));
        expect((await of([40])).error.code).toBe('invalid_input');
      }
    }
  });

  test('dimensions: the full width always, another only where axes are ordered', async () => {
    const { json } = await tinyApp();
    expect((await json('POST', path, { body: { input: 'w1', dimensions: dims } })).status).toBe(200);
    const { status, body } = await json('POST', path, { body: { input: 'w1', dimensions: dims - 1 } });
    expect([status, body.error.code]).toEqual([400, 'invalid_input']);
  });

  test('refuses in OpenAI’s envelope: token ids with advice, no text, a text without a token', async () => {
    const { json } = await tinyApp();
    for (const input of [[1, 2], [[1], [2]], '', [''], ['w1', ' '], []]) {
      const { status, body } = await json('POST', path, { body: { input } });
      expect([status, body.error]).toEqual([
        400,
        { message: expect.stringMatching(/\S/), type: 'invalid_request_error', param: null, code: 'invalid_input' },
      ]);
      if (typeof input[0] === 'number') expect(body.error.message).toContain('send texts');
    }
  });
});
