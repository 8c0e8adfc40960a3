import { describe, expect, test } from 'bun:test';
import { gzipSync } from 'bun';
import { Hono } from 'hono';
import { config } from '../../src/config.ts';
import { ChelatedError } from '../../src/errors.ts';
import { HttpError } from '../../src/http/errors.ts';
import { readBody } from '../../src/http/read-body.ts';

/** What is read of a body, or the code it is refused with. */
async function read(body: RequestInit['body'], headers: Record<string, string> = {}): Promise<string> {
  const app = new Hono().post('/', async (context) => context.text(await readBody(context)));
  app.onError((error, context) => {
    const known = error instanceof ChelatedError || error instanceof HttpError;
    return context.text(known ? error.code : `fault: ${error.message}`);
  });
  const answer = await app.request('/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  return answer.text();
}

const stream = (...parts: readonly (Uint8Array | Error)[]) =>
  new ReadableStream<Uint8Array>({
    start(to) {
      for (const part of parts) part instanceof Error ? to.error(part) : to.enqueue(part);
      if (!(parts.at(-1) instanceof Error)) to.close();
    },
  });

describe('readBody', () => {
  test('joins the parts of a stream, also where one ends within a character', async () => {
    const bytes = new TextEncoder().encode('é, 漢 and 😀');
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await read(stream(bytes.subarray(0, cut), bytes.subarray(cut)))).toBe('é, 漢 and 😀');
    }
  });

  test('reads up to the limit and throws too_large beyond it, announced or not', async () => {
    const most = 'x'.repeat(config.http.maxBodyBytes);
    const bytes = (text: string) => new TextEncoder().encode(text);
    const announced = (text: string) => read(text, { 'content-length': String(text.length) });
    expect((await announced(most)).length).toBe(most.length);
    expect((await read(stream(bytes(most)))).length).toBe(most.length);
    expect(await announced(`${most}x`)).toBe('too_large');
    expect(await read(stream(bytes(most), bytes('x')))).toBe('too_large');
  });

  test('throws invalid_input when the client goes away within the body', async () => {
    expect(await read(stream(new Uint8Array([123]), new Error('aborted')))).toBe('invalid_input');
  });

  test('throws unsupported_media_type for a compressed body', async () => {
    expect(await read(gzipSync('{}'), { 'content-encoding': 'gzip' })).toBe('unsupported_media_type');
    expect(await read('{}', { 'content-encoding': 'identity' })).toBe('{}');
  });
});
