import { z } from '@hono/zod-openapi';
import { adapterKinds, outputSpaces } from '../../adapter/card.ts';
import type { SedimentOptions } from '../../engine/cycles.ts';
import { askedServings } from '../../engine/serving-of.ts';
import { operation } from '../operation.ts';
import { collectionField, collectionQuery, mode } from '../schemas/common.ts';
import { jobStatus } from '../schemas/job.ts';

const answers = { 202: { description: 'the cycle that began, or the one that was under way', json: jobStatus } };

/** What a cycle can be told to learn; without a field the collection's own. */
const fit = z
  .strictObject({
    mode: mode.exclude(['off']).optional(),
    alpha: z.number().min(0).max(1).optional(),
    push: z.number().min(0).max(1e6).optional(),
    adapter: z.enum(adapterKinds).exclude(['identity']).optional(),
    space: z.enum(outputSpaces).optional(),
    dims: z.int().min(1).optional(),
    seed: z.int().min(0).optional(),
    force: z.boolean().optional().meta({ description: 'takes what the gate refuses' }),
    serving: z
      .enum(askedServings)
      .optional()
      .meta({ description: 'documents that are searched: corrected, the teacher’s, their mean, or as advised' }),
    ...collectionField,
  })
  .openapi('DistilRequest');

/** `POST /v1/distil` and `POST /v1/sediment`: both begin a cycle off the request path. */
export const learnRoutes = [
  operation(
    {
      method: 'post',
      path: '/v1/distil',
      summary: 'Learns a new adapter as told here, and lets it serve if the gate says so',
      scope: 'admin',
      changes: true,
      query: collectionQuery,
      body: fit,
      emptyBody: true,
      answers,
      refuses: ['not_found'],
    },
    ({ context, body, collection }) => {
      const { collection: _, ...options } = body;
      return context.json(collection.sediment(options as SedimentOptions).status, 202);
    },
  ),
  operation(
    {
      method: 'post',
      path: '/v1/sediment',
      summary: 'Learns a new adapter from the chelation log as the collection’s mode says',
      scope: 'admin',
      changes: true,
      query: collectionQuery,
      body: z.strictObject(collectionField).openapi('SedimentRequest'),
      emptyBody: true,
      answers,
      refuses: ['not_found'],
    },
    ({ context, collection }) => context.json(collection.sediment().status, 202),
  ),
];
