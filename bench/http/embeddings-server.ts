// The server that embeddings.bench.ts asks, in a process of its own: the shipped student, with the adapter whose file is named.
import { readFile } from 'node:fs/promises';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createApp } from '../../src/http/create-app.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { serve } from '../../src/runtime/serve.ts';

const kernels = await loadKernels();
const engine = await Engine.open({ encoder: await openEncoder('static', { kernels }), kernels });
await engine.collection().adopt(await readFile(process.argv[2]!));
const server = await serve(createApp({ engine }), { host: '127.0.0.1', port: 0 });
console.log(server.url);
