// The server that http.bench.ts asks, in a process of its own: the app with an affine adapter, and echoes on the same Hono.
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { config } from '../../src/config.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { batchingAdapter } from '../../src/engine/batching-adapter.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Access } from '../../src/http/access.ts';
import { createApp } from '../../src/http/create-app.ts';
import { Idempotency } from '../../src/http/idempotency.ts';
import { operation } from '../../src/http/operation.ts';
import { correctRoute } from '../../src/http/routes/correct-route.ts';
import { desk, serveOperation } from '../../src/http/serve-operation.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { serve } from '../../src/runtime/serve.ts';
import { sample } from '../../test/adapter/samples.ts';

const dims = 384;
const kernels = await loadKernels();
const affine = sample('affine', 1, { dIn: dims, dOut: dims, vocabulary: 1, bias: true });
const encoder = {
  id: 'bench',
  dims,
  baseFingerprint: affine.card.baseFingerprint,
  dispose: () => {},
} as unknown as Encoder;
// As `chelated serve` opens it.
const openAdapter = async (file: Uint8Array) => batchingAdapter(await loadAdapter(file, { encoder, kernels }));
const engine = await Engine.open({ encoder, kernels, openAdapter });
await engine.collection().adopt(await writeAdapter(affine.parts, affine.card));
const app = createApp({ engine });
// The way of every request (log, keys, room, deadline, limits, the schema of /v1/correct), and at its end the vectors as they came.
const shared = desk({
  engine: () => engine,
  access: new Access(),
  readOnly: null,
  idempotency: new Idempotency(),
  requestMs: config.http.requestMs,
});
const echo = operation({ ...correctRoute, path: '/echo', body: correctRoute.body! }, ({ context, body }) =>
  context.json({ vectors: (body as { vectors: number[][] }).vectors }),
);
app.post('/echo', (context) => serveOperation(echo, context, shared));
// Hono, and nothing of ours but what it has before every route.
app.post('/bare-echo', async (context) => context.json({ vectors: (await context.req.json()).vectors }));
app.post('/bare-echo-bytes', async (context) => context.body(await context.req.arrayBuffer()));
const server = await serve(app, { host: '127.0.0.1', port: 0 });
console.log(server.url);
