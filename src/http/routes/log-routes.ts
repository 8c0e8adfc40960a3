import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import { operation } from '../operation.ts';
import { collectionQuery, wholeNumber } from '../schemas/common.ts';

const { usual, most } = config.http.logEntries;
const limit = wholeNumber(1, most).optional();

/** `GET /v1/chelation-log` and `GET /v1/history`. */
export const logRoutes = [
  operation(
    {
      method: 'get',
      path: '/v1/chelation-log',
      summary: 'The newest collapse events: documents that a query could not tell apart',
      scope: 'use',
      query: collectionQuery.extend({ limit }),
      answers: {
        200: {
          description: 'newest last, as document ids; and how many searches were looked at and had collapsed',
          json: z.object({ sampled: z.int(), collapsed: z.int(), events: z.array(z.array(z.string())) }),
        },
      },
      refuses: ['not_found'],
    },
    async ({ context, query, collection }) => {
      const events = await collection.chelationLog(query.limit ?? usual);
      const { sampled, collapsed } = collection.info();
      return context.json({ sampled, collapsed, events });
    },
  ),
  operation(
    {
      method: 'get',
      path: '/v1/history',
      summary: 'What happened to the collection: promotions, rollbacks, changes of mode',
      scope: 'use',
      query: collectionQuery.extend({ limit }),
      answers: {
        200: {
          description: 'newest last',
          json: z.object({
            entries: z.array(z.object({ at: z.number(), kind: z.string(), detail: z.looseObject({}) })),
          }),
        },
      },
      refuses: ['not_found'],
    },
    async ({ context, query, collection }) => context.json({ entries: await collection.history(query.limit ?? usual) }),
  ),
];
