import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { config } from '../../config.ts';
import type { CorrectInput } from '../../engine/searcher.ts';
import { ChelatedError } from '../../errors.ts';
import { type Matrix, matrix } from '../../matrix.ts';
import { base64Of, bytesOfBase64, floatsOf } from '../float-bytes.ts';
import { jsonWithRows } from '../json-bytes.ts';
import { operation } from '../operation.ts';
import { readBytes } from '../read-body.ts';
import { collectionField, collectionQuery, provenance, vector } from '../schemas/common.ts';

const { maxTexts } = config.http;
const binary = 'application/octet-stream';

const request = z
  .strictObject({
    texts: z.array(z.string()).min(1).max(maxTexts).optional(),
    vectors: z.array(vector).min(1).max(maxTexts).optional(),
    vectors_base64: z
      .string()
      .optional()
      .meta({ description: 'little-endian f32 of all vectors, one after the other' }),
    encoding_format: z.enum(['float', 'base64']).default('float'),
    role: z
      .enum(['query', 'document'])
      .optional()
      .meta({ description: 'some models put another prefix before a query than before a document' }),
    base_fingerprint: z
      .string()
      .optional()
      .meta({ description: 'what the vectors were made with; refused when it is not this student' }),
    ...collectionField,
  })
  .refine(
    ({ texts, vectors, vectors_base64 }) =>
      [texts, vectors, vectors_base64].filter((x) => x !== undefined).length === 1,
    'expected texts, vectors or vectors_base64, one of them',
  )
  .openapi('CorrectRequest');

const answer = z
  .object({
    ...provenance,
    base_fingerprint: z.string(),
    dims: z.int(),
    vectors: z.array(z.array(z.number())).optional(),
    vectors_base64: z.string().optional(),
    failed: z
      .array(z.int())
      .meta({ description: 'positions of texts that could not be embedded: their rows are zero' }),
  })
  .openapi('CorrectAnswer');

/** `POST /v1/correct`: texts or base vectors in, corrected vectors out. */
export const correctRoute = operation(
  {
    method: 'post',
    path: '/v1/correct',
    summary: 'Corrects base vectors, or the vectors of texts',
    scope: 'use',
    query: collectionQuery.extend({ base_fingerprint: z.string().optional() }),
    body: request,
    otherBodies: { [binary]: z.string().openapi({ format: 'binary' }) },
    answers: {
      200: {
        description: 'the corrected vectors, in the order of what was sent',
        json: answer,
        media: { [binary]: z.string().openapi({ format: 'binary' }) },
      },
    },
    refuses: ['not_found', 'adapter_wrong_model', 'text_required'],
  },
  async ({ context, query, body, collection, engine, deadline }) => {
    const { baseFingerprint, dims } = engine.encoder;
    const stated = body?.base_fingerprint ?? query.base_fingerprint;
    if (stated !== undefined && stated !== baseFingerprint) {
      throw new ChelatedError(
        'adapter_wrong_model',
        `this server corrects vectors of base fingerprint ${baseFingerprint}, got ${stated}; embed again with this student`,
      );
    }
    const input = body ? inputOf(body, dims) : { vectors: rowsOf(await readBytes(context, deadline), dims) };
    const heard = input.texts ? { signal: deadline.signal } : {};
    const { vectors, failed, ...rest } = await collection.correct(input, heard);
    if (!body) return binaryAnswer(context, vectors, rest);
    const { fingerprint, generation, mode, fallback } = rest;
    const said = { fingerprint, generation, mode, fallback, base_fingerprint: baseFingerprint };
    const shown = { ...said, dims: vectors.dims, failed };
    if (body.encoding_format === 'base64') return context.json({ ...shown, vectors_base64: base64Of(vectors.data) });
    return context.body(jsonWithRows(shown, 'vectors', vectors), 200, { 'content-type': 'application/json' });
  },
);

function inputOf({ texts, vectors, vectors_base64, role }: z.output<typeof request>, dims: number): CorrectInput {
  if (texts !== undefined) return { texts, ...(role && { role }) };
  return { vectors: vectors ? toMatrix(vectors) : rowsOf(bytesOfBase64(vectors_base64!), dims) };
}

function rowsOf(bytes: Uint8Array<ArrayBuffer>, dims: number): Matrix {
  const data = floatsOf(bytes);
  if (data.length === 0 || data.length % dims !== 0) {
    throw new ChelatedError(
      'shape_mismatch',
      `expected whole vectors of ${dims} numbers, got ${data.length} numbers in all; send vectors of this student`,
    );
  }
  const rows = data.length / dims;
  if (rows > maxTexts) throw new ChelatedError('too_large', `${rows} vectors; at most ${maxTexts} are taken at a time`);
  return matrix(rows, dims, data);
}

function binaryAnswer(context: Context, vectors: Matrix, said: { fingerprint: string; generation: number }): Response {
  context.header('x-fingerprint', said.fingerprint);
  context.header('x-generation', String(said.generation));
  context.header('x-dims', String(vectors.dims));
  context.header('content-type', binary);
  return context.body(vectors.data.slice().buffer);
}

function toMatrix(vectors: readonly (readonly number[])[]): Matrix {
  const dims = vectors[0]!.length;
  const X = matrix(vectors.length, dims);
  vectors.forEach((vector, i) => {
    if (vector.length !== dims) {
      throw new ChelatedError(
        'shape_mismatch',
        `vectors.${i} has ${vector.length} numbers, vectors.0 has ${dims}; all must be as wide`,
      );
    }
    // Own loop: a typed array's `set` of an array costs ten times as much.
    for (let d = 0; d < dims; d++) X.data[i * dims + d] = vector[d]!;
  });
  return X;
}
