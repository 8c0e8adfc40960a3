import { z } from '@hono/zod-openapi';
import { report } from './common.ts';

export const jobStatus = z
  .object({
    id: z.string(),
    cycle: z.int(),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    step: z.string(),
    share: z.number(),
    report: report.nullable(),
    error: z.string().nullable(),
  })
  .openapi('Job');
