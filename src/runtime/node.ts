import { createAdaptorServer } from '@hono/node-server';
import { closeWithin, listenError, type Serve, urlOf } from './server.ts';

/** Serves under Node. */
export const serve: Serve = (app, options) =>
  new Promise((resolve, reject) => {
    // The process may have others that use Response: its own one stays.
    const server = createAdaptorServer({
      fetch: (request, { incoming }) => app.fetch(request, { peer: incoming.socket.remoteAddress ?? null }),
      overrideGlobalObjects: false,
    });
    server.once('error', (cause) => reject(listenError(options, cause)));
    const close = () =>
      closeWithin(
        options,
        () => new Promise((closed) => server.close(closed)),
        () => 'closeAllConnections' in server && server.closeAllConnections(),
      );
    server.listen(options.port, options.host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : options.port;
      resolve({ url: urlOf(options.host, port), close });
    });
  });
