import type { Context } from 'hono';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Deadline } from './deadline.ts';
import { HttpError } from './errors.ts';

// Own code: hono's bodyLimit builds a new Request of one whose length is not announced, which fails under Node's adapter.

/**
 * The body as text, never more of it in memory than `config.http.maxBodyBytes`.
 *
 * @throws {ChelatedError} too_large, announced or not; invalid_input when the client went away within it
 * @throws {HttpError} unsupported_media_type for a compressed body; slow_body when it has not come by the deadline
 */
export async function readBody(context: Context, until?: Deadline): Promise<string> {
  return whole(context, until, {
    announced: () => context.req.text(),
    streamed: async (body) => {
      const decoder = new TextDecoder();
      let text = '';
      for await (const part of body) text += decoder.decode(part, { stream: true });
      return text + decoder.decode();
    },
  });
}

/** The same, as bytes. */
export async function readBytes(context: Context, until?: Deadline): Promise<Uint8Array<ArrayBuffer>> {
  return whole(context, until, {
    announced: async () => new Uint8Array(await context.req.arrayBuffer()),
    streamed: async (body) => {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of body) parts.push(part as Uint8Array<ArrayBuffer>);
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    },
  });
}

interface Readers<T> {
  announced(): Promise<T>;
  streamed(body: AsyncIterable<Uint8Array>): Promise<T>;
}

async function whole<T>({ req }: Context, until: Deadline | undefined, readers: Readers<T>): Promise<T> {
  refuseCompressed(req.header('content-encoding'));
  const announced = req.header('transfer-encoding') === undefined ? req.header('content-length') : undefined;
  if (Number(announced ?? 0) > config.http.maxBodyBytes) throw tooLarge();
  const { body } = announced === undefined ? req.raw : { body: null };
  const read = body ? readers.streamed(limited(body)) : readers.announced();
  try {
    return await (until ? until.race(read) : read);
  } catch (cause) {
    if (cause instanceof ChelatedError) throw cause;
    if (cause instanceof HttpError && cause.code === 'timed_out') {
      throw new HttpError('slow_body', 'the body did not arrive in time; send it faster, or in parts');
    }
    throw new ChelatedError('invalid_input', 'the body broke off; send all of it', { cause });
  }
}

/** @throws {HttpError} unsupported_media_type */
export function refuseCompressed(header: string | undefined): void {
  const encoding = header?.trim() || 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new HttpError('unsupported_media_type', `expected a body that is not compressed, got ${encoding}`);
  }
}

/** The parts of a stream as they come. Own code: not every runtime's stream can be iterated. */
export async function* parts(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Also when the reader of the parts has seen enough.
    await reader.cancel().catch(() => {});
  }
}

async function* limited(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const part of parts(body)) {
    size += part.length;
    if (size > config.http.maxBodyBytes) throw tooLarge();
    yield part;
  }
}

const tooLarge = () =>
  new ChelatedError('too_large', `the body is over ${config.http.maxBodyBytes} bytes; send it in parts`);
