import { z } from '@hono/zod-openapi';
import { alphaShapes } from '../../distil/alpha-schedule.ts';
import type { Collection } from '../../engine/collection.ts';
import { operation } from '../operation.ts';
import { collectionField, collectionQuery, mode, nullable } from '../schemas/common.ts';

const path = '/v1/mode';
const alpha = z.number().min(0).max(1);
const steps = { from: alpha, to: alpha, cycles: z.int().min(1), shape: z.enum(alphaShapes) };
const description = 'teacher weight from one to the other over so many cycles';
const curriculum = z.strictObject(steps).openapi('Curriculum', { description });
// Not an extension of it: what forbids other fields cannot be a part of what has one more.
const running = z.object({ ...steps, after: z.int() }).openapi('RunningCurriculum', { description });
const answer = z
  .object({
    mode,
    alpha: alpha.meta({ description: 'teacher weight of the next cycle' }),
    curriculum: nullable(running),
    generation: z.int(),
    fingerprint: z.string(),
  })
  .openapi('Mode');

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
      body: z
        .strictObject({ mode, alpha: z.union([alpha, curriculum]).optional(), ...collectionField })
        .openapi('ModeRequest'),
      answers: { 200: { description: 'what holds now', json: answer } },
      refuses: ['not_found'],
    },
    async ({ context, body, collection }) => {
      await collection.setMode(body.mode, body.alpha);
      return context.json(modeOf(collection));
    },
  ),
];

function modeOf(collection: Collection) {
  const { mode, alpha, curriculum, generation, fingerprint } = collection.info();
  return { mode, alpha, curriculum, generation, fingerprint };
}
