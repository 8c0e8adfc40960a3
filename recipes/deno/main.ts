// Deno Deploy, or any Deno: deno run --allow-env --allow-net --allow-read main.ts
// The shipped student, corrected by the adapter at CHELATED_ADAPTER_URL, looked after while requests are answered.
import { createApp, Engine, loadKernels, openEncoder } from 'npm:chelated';
import { AdapterFeed } from 'npm:chelated/adapter-feed';

const keys = (name: string) => (Deno.env.get(name) ?? '').split(',').filter((key) => key !== '');

const kernels = await loadKernels();
const engine = await Engine.open({ encoder: await openEncoder('static', { kernels }), kernels });
const url = Deno.env.get('CHELATED_ADAPTER_URL');
const feed =
  url === undefined ? null : new AdapterFeed({ url, collection: engine.collection(), onFault: console.error });
if (feed) await feed.refresh();

const app = createApp({
  engine,
  keys: { use: keys('CHELATED_KEY_USE'), admin: keys('CHELATED_KEY_ADMIN') },
  readOnly: 'nothing is kept here: change it on a server with a disk',
  onFault: console.error,
});

Deno.serve({ port: Number(Deno.env.get('PORT') ?? 8787) }, (request, info) => {
  if (feed?.due) feed.refresh();
  return app.fetch(request, info);
});
