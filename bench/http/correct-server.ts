// The server that http.bench.ts asks, in a process of its own: the app with an affine adapter, and beside it an echo on the same Hono.
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createApp } from '../../src/http/create-app.ts';
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
const engine = await Engine.open({ encoder, kernels });
await engine.collection().adopt(await writeAdapter(affine.parts, affine.card));
const app = createApp({ engine });
app.post('/echo', async (context) => context.json({ vectors: (await context.req.json()).vectors }));
app.post('/echo-bytes', async (context) => context.body(await context.req.arrayBuffer()));
const server = await serve(app, { host: '127.0.0.1', port: 0 });
console.log(server.url);
