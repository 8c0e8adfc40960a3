import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import type { Hit } from '../../engine/answers.ts';
import { operation } from '../operation.ts';
import { collectionField, collectionQuery, filter, metadata, provenance, vector } from '../schemas/common.ts';

const request = z
  .strictObject({
    query: z.string().min(1).optional(),
    vector: vector.optional().meta({ description: 'a base vector of the student' }),
    k: z.int().min(1).max(config.http.maxK).default(config.http.k),
    filter: filter.optional(),
    compare: z.boolean().default(false),
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
const ranked = z.object({ fingerprint: z.string(), generation: z.int(), hits: z.array(hit) });

/** `POST /v1/search`: the nearest documents; with `compare`, before and after the correction side by side. */
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
            hits: z.array(hit).optional(),
            before: ranked.optional(),
            after: ranked.optional(),
          })
          .openapi('SearchAnswer'),
      },
    },
    refuses: ['not_found', 'text_required'],
  },
  async ({ context, body, collection, deadline }) => {
    const { query, vector, k, compare, filter } = body;
    const input = query === undefined ? { vector: Float32Array.from(vector!) } : { query };
    const options = { k, compare, signal: deadline.signal, ...(filter && { filter }) };
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
