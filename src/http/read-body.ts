import type { Context } from 'hono';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { HttpError } from './errors.ts';

// Own code: hono's bodyLimit builds a new Request of one whose length is not announced, which fails under Node's adapter.

/**
 * The body as text, never more of it in memory than `config.http.maxBodyBytes`.
 *
 * @throws {ChelatedError} too_large, announced or not; invalid_input when the client went away within it
 * @throws {HttpError} unsupported_media_type for a compressed body
 */
export async function readBody({ req }: Context): Promise<string> {
  const encoding = req.header('content-encoding')?.trim() || 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new HttpError('unsupported_media_type', `expected a body that is not compressed, got ${encoding}`);
  }
  const announced = req.header('transfer-encoding') === undefined ? req.header('content-length') : undefined;
  if (Number(announced ?? 0) > config.http.maxBodyBytes) throw tooLarge();
  const { body } = announced === undefined ? req.raw : { body: null };
  try {
    return await (body ? readStream(body) : req.text());
  } catch (cause) {
    if (cause instanceof ChelatedError) throw cause;
    throw new ChelatedError('invalid_input', 'the body broke off; send all of it', { cause });
  }
}

async function readStream(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > config.http.maxBodyBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

const tooLarge = () =>
  new ChelatedError('too_large', `the body is over ${config.http.maxBodyBytes} bytes; send it in parts`);
