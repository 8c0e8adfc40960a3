import { z } from '@hono/zod-openapi';
import type { CollectionInfo } from '../../engine/answers.ts';
import { ChelatedError } from '../../errors.ts';
import { operation } from '../operation.ts';
import { collectionName, mode } from '../schemas/common.ts';

const path = '/v1/collections/{name}';
const params = z.object({ name: collectionName });
const answer = z
  .object({
    collection: z.string(),
    documents: z.int(),
    generation: z.int(),
    fingerprint: z.string(),
    base_fingerprint: z.string(),
    mode,
    alpha: z.number(),
    cycles: z.int(),
    words: z.boolean().meta({ description: 'whether words are indexed, so that searches may be fused' }),
  })
  .openapi('Collection');

/** `GET /v1/collections` and `GET`, `PUT` and `DELETE /v1/collections/{name}`. */
export const collectionRoutes = [
  operation(
    {
      method: 'get',
      path: '/v1/collections',
      summary: 'The collections of this server',
      scope: 'use',
      answers: { 200: { description: 'each with what serves', json: z.object({ collections: z.array(answer) }) } },
    },
    ({ context, engine }) =>
      context.json({ collections: engine.names.map((name) => shown(engine.collection(name).info())) }),
  ),
  operation(
    {
      method: 'get',
      path,
      summary: 'One collection',
      scope: 'use',
      params,
      answers: { 200: { description: 'what serves', json: answer } },
      refuses: ['not_found'],
    },
    ({ context, params, engine }) => context.json(shown(engine.collection(params.name).info())),
  ),
  operation(
    {
      method: 'put',
      path,
      summary: 'Makes a collection; one that is there stays, and may get an index of its words',
      scope: 'admin',
      changes: true,
      params,
      emptyBody: true,
      body: z
        .strictObject({
          words: z.boolean().default(false).meta({ description: 'indexes words; an index that is there stays' }),
        })
        .openapi('CollectionRequest'),
      answers: { 200: { description: 'the collection', json: answer } },
    },
    async ({ context, params, body, engine }) => {
      const collection = await engine.create(params.name);
      if (body.words) await collection.indexWords();
      return context.json(shown(collection.info()));
    },
  ),
  operation(
    {
      method: 'delete',
      path,
      summary: 'Removes a collection and everything in it',
      scope: 'admin',
      changes: true,
      params,
      answers: { 204: { description: 'it is gone' } },
      refuses: ['not_found'],
    },
    async ({ context, params, engine }) => {
      if (!(await engine.drop(params.name))) throw new ChelatedError('not_found', 'no collection has this name');
      return context.body(null, 204);
    },
  ),
];

function shown({
  collection,
  documents,
  generation,
  fingerprint,
  baseFingerprint,
  mode,
  alpha,
  cycles,
  words,
}: CollectionInfo) {
  const base_fingerprint = baseFingerprint;
  return { collection, documents, generation, fingerprint, base_fingerprint, mode, alpha, cycles, words };
}
