import { Hono } from 'hono';
import type { z } from 'zod';
import type { Collection } from '../engine/collection.ts';
import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix, row } from '../matrix.ts';
import { readJson } from './read-json.ts';
import { correctRequest } from './schemas.ts';

/** `POST /v1/correct`: texts or base vectors in, corrected vectors out. */
export function correctRoute(collection: () => Pick<Collection, 'correct' | 'info'>): Hono {
  return new Hono().post('/v1/correct', async (context) => {
    const request = await readJson(context, correctRequest);
    const here = collection().info().baseFingerprint;
    if (request.base_fingerprint !== undefined && request.base_fingerprint !== here) {
      throw new ChelatedError(
        'adapter_wrong_model',
        `this server corrects vectors of base fingerprint ${here}, got ${request.base_fingerprint}; embed again with this student`,
      );
    }
    const answer = await collection().correct(inputOf(request), { signal: context.req.raw.signal });
    return context.json({
      fingerprint: answer.fingerprint,
      base_fingerprint: answer.baseFingerprint,
      generation: answer.generation,
      mode: answer.mode,
      fallback: answer.fallback,
      dims: answer.vectors.dims,
      vectors: Array.from({ length: answer.vectors.rows }, (_, i) => Array.from(row(answer.vectors, i))),
      failed: answer.failed,
    });
  });
}

function inputOf({ texts, vectors, role }: z.output<typeof correctRequest>) {
  if (texts !== undefined) return { texts, ...(role && { role }) };
  return { vectors: toMatrix(vectors!) };
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
    row(X, i).set(vector);
  });
  return X;
}
