import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import fc from 'fast-check';
import type { Encoder } from '../../../src/encode/encoder.ts';
import { libraryTokenizer } from '../../../src/encode/library-tokenizer.ts';
import { type OpenAiOptions, openAiEncoder } from '../../../src/encode/openai/openai-encoder.ts';
import { readStudentFolder, shippedStudent } from '../../../src/encode/student-folder.ts';
import type { Tokenizer } from '../../../src/encode/tokenizer.ts';
import { ChelatedError } from '../../../src/errors.ts';
import type { Kernels } from '../../../src/kernels/kernels.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { row } from '../../../src/matrix.ts';
import { type Fault, faultyServer, vectorOf } from './faulty-server.ts';

const apiKey = 'sk-a-secret-that-nobody-may-see';
const quick = { minWaitMs: 1, maxWaitMs: 4, timeoutMs: 2000 };

let kernels: Kernels;
let tokenizer: Tokenizer;
let server: ReturnType<typeof faultyServer>;
beforeAll(async () => {
  kernels = await loadKernels();
  tokenizer = await libraryTokenizer((await readStudentFolder(shippedStudent())).tokenizer);
});
beforeEach(() => {
  server = faultyServer();
});
afterEach(() => server.stop());

/** Opens an encoder, and forgets the request that opening took. */
async function open(options: Partial<OpenAiOptions> = {}): Promise<Encoder> {
  const limits = { ...quick, ...options.limits };
  const encoder = await openAiEncoder(
    { model: 'tiny', baseUrl: server.baseUrl, apiKey, ...options, limits },
    tokenizer,
    kernels,
  );
  server.requests.length = 0;
  return encoder;
}

const unit = (text: string, dims = 8) => {
  const vector = vectorOf(text, dims);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
};

function expectVectors(
  encoded: { vectors: Parameters<typeof row>[0] },
  texts: readonly string[],
  except: readonly number[] = [],
) {
  texts.forEach((text, i) => {
    const expected = except.includes(i) ? new Float32Array(8) : unit(text);
    for (const [c, x] of row(encoded.vectors, i).entries()) expect(x).toBeCloseTo(expected[c]!, 5);
  });
}

const fail =
  (status: number, body: unknown = { error: { message: 'not now' } }, headers = {}): Fault =>
  () =>
    Response.json(body, { status, headers });
const texts = ['one', 'two', 'three', 'four', 'five'];

async function failure(call: Promise<unknown>): Promise<ChelatedError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ChelatedError) return error;
  throw error ?? new Error('expected a failure');
}

describe('openAiEncoder', () => {
  test.each(['base64', 'float'] as const)(
    'gives unit vectors in the order of the texts, sent as %s',
    async (encoding) => {
      const encoder = await open({ encoding });
      expect(encoder.dims).toBe(8);
      const many = fc.array(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() !== ''),
        { maxLength: 30 },
      );
      await fc.assert(
        fc.asyncProperty(many, async (list) => {
          const encoded = await encoder.encode(list, { role: 'document' });
          expect(encoded.failed).toEqual([]);
          expectVectors(encoded, list);
        }),
        { numRuns: 20 },
      );
      expect(server.requests.every((request) => request.encoding_format === encoding && request.model === 'tiny')).toBe(
        true,
      );
      expect(new Set(server.authorizations)).toEqual(new Set([`Bearer ${apiKey}`]));
    },
  );

  test('asks for the width it was told, and puts the prompt of the role before a text', async () => {
    const encoder = await open({ dimensions: 4, prompts: { query: 'Q: ' } });
    expect(encoder.dims).toBe(4);
    await encoder.encode(['one'], { role: 'query' });
    expect(server.requests).toEqual([{ model: 'tiny', input: ['Q: one'], encoding_format: 'base64', dimensions: 4 }]);
  });

  test('sends no more texts or characters in a request than it may, nor more requests at a time', async () => {
    const encoder = await open({ limits: { batchTexts: 3, batchCharacters: 10, concurrency: 2 } });
    let [running, most] = [0, 0];
    server.always.fault = async (): Promise<undefined> => {
      most = Math.max(most, ++running);
      await Bun.sleep(5);
      running--;
      return undefined;
    };
    const list = ['a', 'b', 'c', 'd', 'seven12', 'four', 'much longer than ten', 'z'];
    expectVectors(await encoder.encode(list, { role: 'document' }), list);
    // Two are under way at a time, and either may arrive first.
    expect(server.requests.map((request) => request.input).sort()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'seven12'],
      ['four'],
      ['much longer than ten'],
      ['z'],
    ]);
    expect(most).toBe(2);
  });

  test.each<[string, Fault]>([
    ['429', fail(429)],
    ['500', fail(500)],
    ['503 without a word', () => new Response('', { status: 503 })],
    ['JSON that is none', () => new Response('{"data": [')],
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['an answer without data', () => Response.json({ object: 'list' })],
    ['too few vectors', () => Response.json({ data: [] })],
    ['the same index twice', (input) => Response.json({ data: input.map(() => ({ index: 0, embedding: [1] })) })],
    ['base64 that is none', (input) => Response.json({ data: input.map(() => ({ embedding: '*' })) })],
  ])('sends a request again after %s', async (_, fault) => {
    const encoder = await open();
    server.faults.push(fault, fault);
    const encoded = await encoder.encode(texts, { role: 'document' });
    expect(encoded.failed).toEqual([]);
    expectVectors(encoded, texts);
    expect(server.requests).toHaveLength(3);
  });

  test('sends a request again when no answer comes in time', async () => {
    const encoder = await open({ limits: { timeoutMs: 100 } });
    server.faults.push(() => new Promise<Response>(() => {}));
    expectVectors(await encoder.encode(texts, { role: 'document' }), texts);
    expect(server.requests).toHaveLength(2);
  });

  test('sends a request again when the socket is closed on it', async () => {
    let connections = 0;
    const proxy = createServer((socket) => {
      if (++connections <= 2) socket.destroy();
      else socket.pipe(connect(Number(new URL(server.baseUrl).port), 'localhost')).pipe(socket);
    });
    await once(proxy.listen(0, 'localhost'), 'listening');
    const address = proxy.address();
    if (address === null || typeof address === 'string') throw new Error('expected a port');
    const encoder = await open({ baseUrl: `http://localhost:${address.port}/v1` });
    expectVectors(await encoder.encode(texts, { role: 'document' }), texts);
    expect(connections).toBeGreaterThan(2);
    proxy.close();
  });

  test('waits as long as Retry-After says, all requests of the encoder alike, and not longer than it may', async () => {
    const encoder = await open({ limits: { batchTexts: 1, concurrency: 3, longestWaitMs: 1500 } });
    const times: number[] = [];
    server.always.fault = () => {
      times.push(performance.now());
      return undefined;
    };
    server.faults.push(fail(429, {}, { 'retry-after': '1' }));
    const start = performance.now();
    expectVectors(await encoder.encode(texts, { role: 'document' }), texts);
    expect(times.filter((time) => time - start > 900).length).toBeGreaterThanOrEqual(3);
    server.faults.push(fail(429, {}, { 'retry-after': '3600' }));
    expect((await failure(encoder.encode(['one'], { role: 'document' }))).message).toMatch(/asks to wait 3600 s/);
  });

  test('gives up after its attempts: backend_failed with what the service said, batches before that reported', async () => {
    const encoder = await open({ limits: { retries: 2, batchTexts: 2, concurrency: 1 } });
    server.faults.push(undefined, fail(500), fail(500), fail(500, { error: { message: 'the disk is full' } }));
    const seen: number[] = [];
    const error = await failure(
      encoder.encode(texts, { role: 'document', onBatch: (positions) => seen.push(...positions) }),
    );
    expect(error.code).toBe('backend_failed');
    expect(error.message).toMatch(/tiny.*status 500: the disk is full/);
    expect(seen).toEqual([0, 1]);
    expect(server.requests).toHaveLength(4);
  });

  test.each([401, 403, 404])('does not send a request again after %d, and shows the key to nobody', async (status) => {
    const encoder = await open();
    server.faults.push(fail(status, { error: { message: `Incorrect API key provided: ${apiKey}.` } }));
    const error = await failure(encoder.encode(texts, { role: 'document' }));
    expect(error.code).toBe('backend_failed');
    expect(server.requests).toHaveLength(1);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${Bun.inspect(error)}`).not.toContain(apiKey);
  });

  test('marks a text failed that the service refuses alone, and finds it among the others', async () => {
    const encoder = await open();
    server.always.fault = (input) => (input.includes('three') ? fail(400)(input, new Request('http://x')) : undefined);
    const encoded = await encoder.encode(texts, { role: 'document' });
    expect(encoded.failed).toEqual([2]);
    expectVectors(encoded, texts, [2]);
  });

  test('throws when all texts are refused: then it is the service', async () => {
    const encoder = await open({ limits: { refusals: 3 } });
    server.always.fault = fail(400, { error: { message: 'no such thing as encoding_format' } });
    const many = Array.from({ length: 100 }, (_, i) => `text ${i}`);
    for (const list of [many, ['one']]) {
      const error = await failure(encoder.encode(list, { role: 'document' }));
      expect(error.message).toMatch(/no such thing/);
    }
    expect(server.requests.length).toBeLessThan(20);
  });

  test('marks blank texts and vectors that are not finite or zero as failed, with a zero row', async () => {
    const encoder = await open({ encoding: 'float' });
    const vectors = [[1, 2, 3, 4, 5, 6, 7, null], new Array(8).fill(0), [...vectorOf('five', 8)]];
    server.faults.push(() => Response.json({ data: vectors.map((embedding, index) => ({ index, embedding })) }));
    const encoded = await encoder.encode(['', 'a', ' \n', 'b', 'five'], { role: 'document' });
    expect(server.requests[0]?.input).toEqual(['a', 'b', 'five']);
    expect(encoded.failed).toEqual([0, 1, 2, 3]);
    expectVectors(encoded, ['', 'a', ' ', 'b', 'five'], [0, 1, 2, 3]);
  });

  test('throws at once for vectors of another width', async () => {
    const encoder = await open();
    server.faults.push((input) => Response.json({ data: input.map((_, index) => ({ index, embedding: [1, 2] })) }));
    expect((await failure(encoder.encode(texts, { role: 'document' }))).message).toMatch(
      /expected vectors of d=8, got d=2/,
    );
    expect(server.requests).toHaveLength(1);
  });

  test('rejects with the signal’s reason, also while it waits', async () => {
    const encoder = await open();
    server.faults.push(fail(429, {}, { 'retry-after': '60' }));
    const signal = AbortSignal.timeout(50);
    const started = performance.now();
    const reason = await encoder.encode(texts, { role: 'document', signal }).catch((error: unknown) => error);
    expect(reason).toBe(signal.reason);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('opens with backend_failed when nobody answers, and refuses an address with a password without repeating it', async () => {
    const opening = (baseUrl: string) =>
      failure(openAiEncoder({ model: 'tiny', baseUrl, limits: { ...quick, retries: 1 } }, tokenizer, kernels));
    const away = await opening('http://localhost:9/v1');
    expect(away.code).toBe('backend_failed');
    expect(away.message).toStartWith('embedding service openai:tiny@http://localhost:9/v1: ');
    const secret = await opening('http://user:secret@localhost:9/v1');
    expect(secret.code).toBe('invalid_input');
    expect(secret.message).not.toContain('secret');
  });
});
