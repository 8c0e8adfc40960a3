import { z } from '@hono/zod-openapi';
import type { Collection } from '../../engine/collection.ts';
import { operation } from '../operation.ts';
import { collectionField, collectionQuery, mode } from '../schemas/common.ts';

const path = '/v1/mode';
const alpha = z.number().min(0).max(1);
const answer = z.object({ mode, alpha, generation: z.int(), fingerprint: z.string() }).openapi('Mode');

/** `GET` and `PUT /v1/mode`. */
export const modeRoutes = [
  operation(
    {
      method: 'get',
      path,
      summary: 'What is served and learned',
      scope: 'use',
      query: collectionQuery,
      answers: { 200: { description: 'mode and teacher weight', json: answer } },
      refuses: ['not_found'],
    },
    ({ context, collection }) => context.json(modeOf(collection)),
  ),
  operation(
    {
      method: 'put',
      path,
      summary: 'Changes mode and teacher weight: off lets the student answer, any other the promoted generation',
      scope: 'admin',
      changes: true,
      query: collectionQuery,
      body: z.strictObject({ mode, alpha: alpha.optional(), ...collectionField }).openapi('ModeRequest'),
      answers: { 200: { description: 'what holds now', json: answer } },
      refuses: ['not_found'],
    },
    async ({ context, body, collection }) => {
      await collection.setMode(body.mode, body.alpha ?? collection.info().alpha);
      return context.json(modeOf(collection));
    },
  ),
];

function modeOf(collection: Collection) {
  const { mode, alpha, generation, fingerprint } = collection.info();
  return { mode, alpha, generation, fingerprint };
}
