import { z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { config } from '../../config.ts';
import type { Job } from '../../engine/job.ts';
import { ChelatedError } from '../../errors.ts';
import { type AppEngine, operation } from '../operation.ts';
import { collectionQuery } from '../schemas/common.ts';
import { jobStatus } from '../schemas/job.ts';

const path = '/v1/jobs/{id}';
const params = z.object({ id: z.string().min(1).max(config.engine.maxIdCharacters) });
const events = 'text/event-stream';

/** `GET /v1/jobs`, `GET /v1/jobs/{id}`, as one answer or watched to its end, and `DELETE /v1/jobs/{id}`. */
export const jobRoutes = [
  operation(
    {
      method: 'get',
      path: '/v1/jobs',
      summary: 'The cycles of this process',
      scope: 'use',
      query: collectionQuery,
      answers: { 200: { description: 'newest last', json: z.object({ jobs: z.array(jobStatus) }) } },
      refuses: ['not_found'],
    },
    ({ context, collection }) => context.json({ jobs: collection.jobs.map(({ status }) => status) }),
  ),
  operation(
    {
      method: 'get',
      path,
      summary: 'Where a cycle is; with "Accept: text/event-stream" every step of it until it ends',
      scope: 'use',
      params,
      answers: {
        200: { description: 'its status', json: jobStatus, media: { [events]: z.string() } },
      },
      refuses: ['not_found'],
    },
    ({ context, params, engine, detach }) => {
      const job = jobOf(engine, params.id);
      if (!context.req.header('accept')?.includes(events)) return context.json(job.status);
      const end = detach();
      return streamSSE(context, async (stream) => {
        try {
          let said = { data: '', at: 0 };
          for (let over = false; !over && !stream.aborted; ) {
            over = job.status.state !== 'running';
            const data = JSON.stringify(job.status);
            // Said again after a while: a connection on which nothing comes is cut off by what stands between.
            if (data !== said.data || Date.now() - said.at > config.http.repeatMs) {
              await stream.writeSSE({ event: job.status.state, data });
              said = { data, at: Date.now() };
            }
            if (!over) await Promise.race([stream.sleep(config.http.watchMs), job.done.catch(() => {})]);
          }
        } finally {
          end();
        }
      });
    },
  ),
  operation(
    {
      method: 'delete',
      path,
      summary: 'Cancels a cycle; what serves stays',
      scope: 'admin',
      changes: true,
      params,
      answers: { 202: { description: 'it was told to end', json: jobStatus } },
      refuses: ['not_found'],
    },
    ({ context, params, engine }) => {
      const job = jobOf(engine, params.id);
      job.cancel();
      return context.json(job.status, 202);
    },
  ),
];

/** A job's id is enough: whose it is need not be said. @throws {ChelatedError} not_found */
function jobOf(engine: AppEngine, id: string): Job {
  const jobs = engine.names.flatMap((name) => engine.collection(name).jobs);
  const job = jobs.find((each) => each.id === id);
  if (!job) throw new ChelatedError('not_found', 'no job has this id; jobs are kept until the server ends');
  return job;
}
