import { z } from '@hono/zod-openapi';
import { operation } from '../operation.ts';
import { linePlot } from '../page/line-plot.ts';
import { collectionQuery } from '../schemas/common.ts';
import type { Timeline } from '../timeline.ts';

const figures = {
  collapse: 'searches that collapsed, as a share of those looked at',
  alignment: 'mean cosine of corrected documents to the teacher’s',
} as const;
const figure = z.enum(['collapse', 'alignment']);
const svg = 'image/svg+xml';

const point = z
  .object({ at: z.number(), generation: z.int(), collapse: z.number().nullable(), alignment: z.number().nullable() })
  .openapi('Point');

/** `GET /v1/timeline`, as numbers, and `GET /v1/plots/{figure}`, drawn. */
export function timelineRoutes(timeline: Timeline) {
  return [
    operation(
      {
        method: 'get',
        path: '/v1/timeline',
        summary: 'Collapse and alignment over time, since the start of the server',
        scope: 'use',
        query: collectionQuery,
        answers: { 200: { description: 'oldest first', json: z.object({ points: z.array(point) }) } },
        refuses: ['not_found'],
      },
      ({ context, collection, engine }) => context.json({ points: timeline.points(engine, collection.name) }),
    ),
    operation(
      {
        method: 'get',
        path: '/v1/plots/{figure}',
        summary: 'One figure over time, drawn',
        scope: 'use',
        params: z.object({ figure }),
        query: collectionQuery,
        answers: { 200: { description: 'SVG in the current colour', media: { [svg]: z.string() } } },
        refuses: ['not_found'],
      },
      ({ context, params, collection, engine }) => {
        const points = timeline.points(engine, collection.name).flatMap((point) => {
          const value = point[params.figure];
          return value === null ? [] : [{ at: point.at, value }];
        });
        return context.body(linePlot(figures[params.figure], points), 200, { 'content-type': svg });
      },
    ),
  ];
}
