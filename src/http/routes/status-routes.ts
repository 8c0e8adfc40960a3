import { z } from '@hono/zod-openapi';
import type { CollectionInfo } from '../../engine/answers.ts';
import { operation } from '../operation.ts';
import { mode } from '../schemas/common.ts';

const health = z
  .object({
    status: z.enum(['ok', 'starting']),
    student: z.string().optional(),
    base_fingerprint: z.string().optional(),
    fingerprint: z.string().optional(),
    generation: z.int().optional(),
    mode: mode.optional(),
    documents: z.int().optional(),
    dims: z.int().optional(),
    corrected_dims: z.int().optional(),
    needs: z.string().optional(),
    fallbacks: z.int().optional(),
    kernels: z.string().optional(),
  })
  .openapi('Health');

export interface Status {
  /** Null until the engine is open. */
  readonly info: () => CollectionInfo | null;
  readonly metrics: () => string;
  /** @throws {HttpError} not_ready */
  readonly assertReady: () => void;
}

/** `GET /health`, `GET /ready`, `GET /metrics`. */
export function statusRoutes({ info, metrics, assertReady }: Status) {
  return [
    operation(
      {
        method: 'get',
        path: '/health',
        summary: 'Whether the process lives, and what serves',
        scope: 'public',
        answers: { 200: { description: 'it does', json: health } },
      },
      ({ context }) => context.json(healthOf(info())),
    ),
    operation(
      {
        method: 'get',
        path: '/ready',
        summary: 'Whether requests are answered',
        scope: 'public',
        answers: { 200: { description: 'they are', json: z.object({ status: z.literal('ready') }) } },
        refuses: ['not_ready'],
      },
      ({ context }) => {
        assertReady();
        return context.json({ status: 'ready' });
      },
    ),
    operation(
      {
        method: 'get',
        path: '/metrics',
        summary: 'Counters for Prometheus',
        scope: 'use',
        answers: { 200: { description: 'text exposition format', media: { 'text/plain': z.string() } } },
      },
      ({ context }) => context.body(metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
    ),
  ];
}

function healthOf(info: CollectionInfo | null): z.output<typeof health> {
  if (!info) return { status: 'starting' };
  return {
    status: 'ok',
    student: info.student,
    base_fingerprint: info.baseFingerprint,
    fingerprint: info.fingerprint,
    generation: info.generation,
    mode: info.mode,
    documents: info.documents,
    dims: info.dims,
    corrected_dims: info.correctedDims,
    needs: info.adapter?.needs ?? 'vector',
    fallbacks: info.fallbacks,
    kernels: info.kernels,
  };
}
