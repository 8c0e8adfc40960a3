import { z } from '@hono/zod-openapi';
import { operation } from '../operation.ts';
import { collectionQuery, report } from '../schemas/common.ts';

const generation = z
  .object({
    number: z.int(),
    serving: z.boolean(),
    fingerprint: z.string().nullable(),
    served: z.string(),
    createdAt: z.number().nullable(),
    cycle: z.int().nullable(),
    adapter: report.nullable(),
  })
  .openapi('Generation');
const number = z
  .string()
  .regex(/^\d{1,9}$/, 'expected the number of a generation')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0, maximum: 999_999_999 });
const serves = z.object({ generation: z.int(), fingerprint: z.string() });

/** `GET /v1/generations`, `POST /v1/generations/{number}/promote`, `POST /v1/rollback`. */
export const generationRoutes = [
  operation(
    {
      method: 'get',
      path: '/v1/generations',
      summary: 'What can serve, from the student (0) on, each with its card and what the gate measured',
      scope: 'use',
      query: collectionQuery,
      answers: { 200: { description: 'ascending', json: z.object({ generations: z.array(generation) }) } },
      refuses: ['not_found'],
    },
    async ({ context, collection }) => context.json({ generations: await collection.generations() }),
  ),
  operation(
    {
      method: 'post',
      path: '/v1/generations/{number}/promote',
      summary: 'Lets a kept generation serve',
      scope: 'admin',
      changes: true,
      params: z.object({ number }),
      query: collectionQuery,
      answers: { 200: { description: 'what serves now', json: serves } },
      refuses: ['not_found'],
    },
    async ({ context, params, collection }) => {
      await collection.promote(params.number);
      return context.json(servingOf(collection.info()));
    },
  ),
  operation(
    {
      method: 'post',
      path: '/v1/rollback',
      summary: 'Lets what served before serve again',
      scope: 'admin',
      changes: true,
      query: collectionQuery,
      answers: { 200: { description: 'what serves now', json: serves } },
      refuses: ['not_found'],
    },
    async ({ context, collection }) => {
      await collection.rollback();
      return context.json(servingOf(collection.info()));
    },
  ),
];

const servingOf = ({ generation, fingerprint }: { generation: number; fingerprint: string }) => ({
  generation,
  fingerprint,
});
