import { createAdaptorServer } from '@hono/node-server';
import { config } from '../config.ts';
import { listenError, type Serve, urlOf } from './server.ts';

/** Serves under Node. */
export const serve: Serve = (app, options) =>
  new Promise((resolve, reject) => {
    // The process may have others that use Response: its own one stays.
    const server = createAdaptorServer({ fetch: (request) => app.fetch(request), overrideGlobalObjects: false });
    server.once('error', (cause) => reject(listenError(options, cause)));
    server.listen(options.port, options.host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : options.port;
      resolve({ url: urlOf(options.host, port), close: () => close(server) });
    });
  });

function close(server: ReturnType<typeof createAdaptorServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // A client that never ends its request would keep the process for ever.
    const force = () => 'closeAllConnections' in server && server.closeAllConnections();
    setTimeout(force, config.http.closeMs).unref();
  });
}
