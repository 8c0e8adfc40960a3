// A server of its own process for `hostile.test.ts`; a line on its input is answered with its memory after a collection.
import { serve } from '../../src/runtime/bun.ts';
import { tinyApp } from './tiny-app.ts';

const { app, faults } = await tinyApp({ adapter: 'affine', requestMs: 500 });
const { url } = await serve(app, { host: '127.0.0.1', port: 0 });
console.log(url);
for await (const _ of console) {
  Bun.gc(true);
  console.log(JSON.stringify({ rss: process.memoryUsage().rss, faults: faults.map(String) }));
}
