import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import type { Hit } from '../../engine/answers.ts';
import { fusions } from '../../evaluate/fuse.ts';
import { operation } from '../operation.ts';
import { collectionField, collectionQuery, filter, metadata, nullable, provenance, vector } from '../schemas/common.ts';

const method = z.enum(fusions);
const weights = z.array(z.number().min(0).max(1)).length(2).meta({ description: 'of vectors, and of words' });

const fusion = z
  .strictObject({ method: method.default(config.fusion.method), weights: weights.default([...config.fusion.weights]) })
  .openapi('Fusion', { description: 'ranks by the words of the query too, where words are indexed' });

const request = z
  .strictObject({
    query: z.string().min(1).optional(),
    vector: vector.optional().meta({ description: 'a base vector of the student' }),
    k: z.int().min(1).max(config.http.maxK).default(config.http.k),
    filter: filter.optional(),
    compare: z.boolean().default(false),
    fusion: fusion.optional(),
    ...collectionField,
  })
  .refine(
    ({ query, vector }) => (query === undefined) !== (vector === undefined),
    'expected query or vector, one of them',
  )
  .openapi('SearchRequest');

const hit = z
  .object({ rank: z.int(), id: z.string(), score: z.number(), text: z.string(), metadata: metadata.optional() })
  .openapi('Hit');
const fusedBy = z
  .object({
    method,
    weights,
    words: z.int().meta({ description: 'documents found by a word' }),
    fallback: nullable(z.string()).meta({ description: 'not null where the vectors alone answered: why' }),
  })
  .openapi('FusedBy');
const ranked = z.object({ fingerprint: z.string(), generation: z.int(), hits: z.array(hit) });

/**
 * `POST /v1/search`: the nearest documents; with `fusion`, those that share the query's words rank higher; with `compare`,
 * before and after the correction side by side.
 */
export const searchRoute = operation(
  {
    method: 'post',
    path: '/v1/search',
    summary: 'Finds the documents nearest to a text or to a base vector',
    scope: 'use',
    query: collectionQuery,
    body: request,
    answers: {
      200: {
        description: 'hits, best first; with compare, before and after',
        json: z
          .object({
            ...provenance,
            fusion: nullable(fusedBy).meta({ description: 'null where none was asked for' }),
            hits: z.array(hit).optional(),
            before: ranked.optional(),
            after: ranked.optional(),
          })
          .openapi('SearchAnswer'),
      },
    },
    refuses: ['not_found', 'text_required', 'not_supported'],
  },
  async ({ context, body, collection, deadline }) => {
    const { query, vector, k, compare, filter, fusion } = body;
    const input = query === undefined ? { vector: Float32Array.from(vector!) } : { query };
    const options = {
      k,
      compare,
      signal: deadline.signal,
      ...(filter && { filter }),
      ...(fusion && { fusion: { method: fusion.method, weights: [fusion.weights[0]!, fusion.weights[1]!] as const } }),
    };
    const { before, hits, ...provenance } = await collection.search(input, options);
    if (!before) return context.json({ ...provenance, hits: hits.map(shown) });
    const { fingerprint, generation } = provenance;
    return context.json({
      ...provenance,
      before: { ...before, hits: before.hits.map(shown) },
      after: { fingerprint, generation, hits: hits.map(shown) },
    });
  },
);

function shown({ id, text: whole, score, metadata }: Hit, at: number) {
  const text = whole ?? '';
  const most = config.http.snippetCharacters;
  // Cut between characters, not inside one: half of a surrogate pair is not text.
  const snippet =
    text.length > most
      ? `${Array.from(text.slice(0, most * 2))
          .slice(0, most)
          .join('')}…`
      : text;
  return { rank: at + 1, id, score, text: snippet, ...(metadata && { metadata }) };
}
