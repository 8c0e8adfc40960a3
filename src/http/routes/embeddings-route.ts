import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import type { Encoded, Encoder, TextRole } from '../../encode/encoder.ts';
import { readTokens } from '../../encode/read-tokens.ts';
import type { Collection } from '../../engine/collection.ts';
import { ChelatedError } from '../../errors.ts';
import { type Matrix, matrix, row } from '../../matrix.ts';
import { bagsBelow, type TokenBags, tokenBags } from '../../token-bags.ts';
import { base64Of } from '../float-bytes.ts';
import { jsonWithRows } from '../json-bytes.ts';
import { operation } from '../operation.ts';
import { collectionField, collectionQuery } from '../schemas/common.ts';

const { maxTexts } = config.http;

const tokenIds = z.array(z.int().min(0).max(0x7fffffff)).min(1);
const request = z
  .object({
    input: z
      .union([
        z.string(),
        z.array(z.string()).min(1).max(maxTexts),
        tokenIds.max(maxTexts),
        z.array(tokenIds).min(1).max(maxTexts),
      ])
      .meta({ description: 'a text, or texts; token ids are another tokenizer’s, and refused' }),
    model: z.string().optional().meta({
      description: 'student, or student+adapter; by default what the mode serves',
      example: 'student+adapter',
    }),
    encoding_format: z.enum(['float', 'base64']).default('float'),
    dimensions: z.int().min(1).optional(),
    input_type: z.enum(['query', 'document']).default('query'),
    user: z.string().optional(),
    ...collectionField,
  })
  .openapi('EmbeddingsRequest');

const answer = z
  .object({
    object: z.literal('list'),
    model: z.string(),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('EmbeddingsAnswer');

export interface EmbeddingsOptions {
  /** Names under which clients know what this server serves, beside `student` and `student+adapter`. */
  readonly names: ReadonlySet<string>;
  /** Token ids are taken for the student's own. */
  readonly acceptTokenIds: boolean;
}

/** `POST /v1/embeddings`: OpenAI's contract. */
export function embeddingsRoute({ names, acceptTokenIds }: EmbeddingsOptions) {
  return operation(
    {
      method: 'post',
      path: '/v1/embeddings',
      summary: 'Embeds texts, as OpenAI’s clients ask for it',
      scope: 'use',
      query: collectionQuery,
      body: request,
      answers: { 200: { description: 'the embeddings, in the order of the texts', json: answer } },
      refuses: ['not_found', 'not_supported'],
    },
    async ({ context, body, collection, engine, deadline }) => {
      const input = inputOf(body.input, acceptTokenIds);
      const { encoder } = engine;
      const which = modelOf(body.model, collection, encoder, names);
      const options = { role: body.input_type, signal: deadline.signal };
      const { vectors, tokens, said } = await embed(which, input, options, collection, encoder);
      const shown = cut(vectors, body.dimensions, said, encoder);
      const usage = tokensOf(input, tokens, encoder);
      context.header('x-fingerprint', said.fingerprint);
      context.header('x-generation', String(said.generation));
      const answer = {
        object: 'list',
        model: said.generation === 0 ? 'student' : 'student+adapter',
        usage: { prompt_tokens: usage, total_tokens: usage },
      };
      if (body.encoding_format === 'base64') {
        const embeddings = Array.from({ length: shown.rows }, (_, i) => base64Of(row(shown, i)));
        const data = embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding }));
        return context.json({ ...answer, data });
      }
      const around = (index: number) => [`{"object":"embedding","index":${index},"embedding":`, '}'] as const;
      const json = jsonWithRows(answer, 'data', shown, around);
      return context.body(json, 200, { 'content-type': 'application/json' });
    },
  );
}

/** Tokens of the input as they were read: a gate's counts are no whole numbers, and word buckets are tokens once more. */
function tokensOf({ texts, tokens }: Input, weighed: TokenBags | undefined, encoder: Encoder): number {
  const { gate, table } = encoder;
  const read = tokens ?? (gate ? readTokens(texts!, encoder.tokenizer) : (weighed ?? encoder.tokenize(texts!)));
  return sum((table?.wordBuckets ? bagsBelow(read, table.rows.rows) : read).counts);
}

type Input =
  | { readonly texts: readonly string[]; readonly tokens?: never }
  | { readonly tokens: TokenBags; readonly texts?: never };

/** @throws {ChelatedError} invalid_input for token ids that are not to be taken */
function inputOf(input: z.output<typeof request>['input'], acceptTokenIds: boolean): Input {
  const list = typeof input === 'string' ? [input] : input;
  if (list.every((each) => typeof each === 'string')) return { texts: list };
  if (acceptTokenIds) {
    const lists = typeof list[0] === 'number' ? [list as number[]] : (list as number[][]);
    return { tokens: tokenBags(lists) };
  }
  throw new ChelatedError(
    'invalid_input',
    'input: token ids belong to another tokenizer than this student’s; send texts (in LangChain: check_embedding_ctx_length=False)',
  );
}

type Which = 'student' | 'serving';

/** @throws {ChelatedError} not_found for a model that nobody serves */
function modelOf(
  model: string | undefined,
  collection: Collection,
  { id }: Encoder,
  names: ReadonlySet<string>,
): Which {
  if (model === undefined || model === id || names.has(model)) return 'serving';
  if (model === 'student') return 'student';
  if (model === 'student+adapter') {
    if (collection.info().generation > 0) return 'serving';
    throw new ChelatedError('not_found', 'model student+adapter: no adapter serves; ask for student, or none by name');
  }
  const all = ['student', 'student+adapter', id, ...names].join(', ');
  throw new ChelatedError('not_found', `no model ${JSON.stringify(model)} here; there are ${all}`);
}

interface Said {
  readonly fingerprint: string;
  readonly generation: number;
}

/** @throws {ChelatedError} invalid_input for a text without any token, not_supported for tokens of a student that is no table */
async function embed(
  which: Which,
  input: Input,
  options: { readonly role: TextRole; readonly signal: AbortSignal },
  collection: Collection,
  encoder: Encoder,
): Promise<{ vectors: Matrix; tokens: TokenBags | undefined; said: Said }> {
  if (which === 'serving') {
    const given = input.tokens ? input : { ...input, role: options.role };
    const { vectors, failed, ...said } = await collection.correct(given, { signal: options.signal });
    refuseFailed(failed);
    return { vectors, tokens: undefined, said };
  }
  const { vectors, failed, tokens } = await (input.tokens
    ? ofTokens(encoder, input.tokens)
    : encoder.encode(input.texts, options));
  refuseFailed(failed);
  return { vectors, tokens, said: { fingerprint: encoder.baseFingerprint, generation: 0 } };
}

function ofTokens(encoder: Encoder, tokens: TokenBags): Encoded {
  if (encoder.encodeTokens) return encoder.encodeTokens(tokens);
  throw new ChelatedError('not_supported', `the student ${encoder.id} is no table: it takes texts, not token ids`);
}

function refuseFailed(failed: readonly number[]): void {
  if (failed.length === 0) return;
  throw new ChelatedError('invalid_input', `input.${failed[0]} has no token that the student knows; give it words`);
}

/**
 * The first numbers of each vector, at unit length again. Only of vectors whose axes are ordered by what they carry: those of
 * a student that was made by principal axes.
 *
 * @throws {ChelatedError} invalid_input
 */
function cut(vectors: Matrix, dimensions: number | undefined, { generation }: Said, encoder: Encoder): Matrix {
  if (dimensions === undefined || dimensions === vectors.dims) return vectors;
  const ordered = generation === 0 && encoder.teacherSpace !== undefined;
  if (!ordered || dimensions > vectors.dims) {
    const may = ordered ? `at most ${vectors.dims}` : `only ${vectors.dims}: the axes of these vectors are not ordered`;
    throw new ChelatedError('invalid_input', `dimensions: expected ${may}, got ${dimensions}`);
  }
  const short = matrix(vectors.rows, dimensions);
  for (let i = 0; i < vectors.rows; i++) {
    const values = row(vectors, i).subarray(0, dimensions);
    const norm = Math.hypot(...values);
    row(short, i).set(norm === 0 ? values : values.map((x) => x / norm));
  }
  return short;
}

const sum = (counts: Float32Array) => counts.reduce((a, b) => a + b, 0);
