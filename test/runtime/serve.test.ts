import { describe, expect, test } from 'bun:test';
import { serve as bun } from '../../src/runtime/bun.ts';
import { serve as node } from '../../src/runtime/node.ts';
import { serve } from '../../src/runtime/serve.ts';
import { urlOf } from '../../src/runtime/server.ts';

const here = { host: 'localhost', port: 0 };
const echo = { fetch: async (request: Request) => new Response(`${request.method} ${await request.text()}`) };

// Deno's is run by its own binary, on the built package.
for (const [name, implementation] of Object.entries({ bun, node, serve })) {
  describe(`serve (${name})`, () => {
    test('hands requests to the app, on any free port when asked for port 0', async () => {
      const server = await implementation(echo, here);
      expect(server.url).toMatch(/^http:\/\/localhost:[1-9]\d*$/);
      const response = await fetch(server.url, { method: 'POST', body: 'hello' });
      expect(await response.text()).toBe('POST hello');
      await server.close();
    });

    test('refuses a port that is taken, naming it', async () => {
      const server = await implementation(echo, here);
      const port = Number(new URL(server.url).port);
      await expect(implementation(echo, { ...here, port })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(`port ${port} on localhost is taken`),
      });
      await server.close();
    });

    test('closing cuts off what has not ended in time', async () => {
      const never = { fetch: () => new Promise<Response>(() => {}) };
      const server = await implementation(never, { ...here, closeMs: 20 });
      const cut = fetch(server.url).then(
        () => 'answered',
        () => 'cut off',
      );
      // Until the request has arrived there is nothing to wait for.
      await Bun.sleep(50);
      await server.close();
      expect(await cut).toBe('cut off');
    });

    test('closing answers what is in flight and takes nothing new', async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let arrive = () => {};
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const slow = {
        fetch: async () => {
          arrive();
          await held;
          return new Response('done', { headers: { connection: 'close' } });
        },
      };
      const server = await implementation(slow, here);
      const inFlight = fetch(server.url);
      await arrived;
      const closed = server.close();
      release();
      expect(await (await inFlight).text()).toBe('done');
      await closed;
      await expect(fetch(server.url)).rejects.toThrow();
    });
  });
}

describe('urlOf', () => {
  test('puts an IPv6 address in brackets', () => {
    expect(urlOf('::1', 80)).toBe('http://[::1]:80');
  });
});
