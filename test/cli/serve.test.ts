import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyServer } from '../runtime/ready-server.ts';
import { chelated, chelatedCommand } from './chelated.ts';

setDefaultTimeout(60_000);

const data = await mkdtemp(join(tmpdir(), 'chelated-serve-'));
afterAll(() => rm(data, { recursive: true, force: true }));

/** Serves until `use` is done with it; what it logged. */
async function served(args: readonly string[], use: (url: string) => Promise<void>, env: Record<string, string> = {}) {
  const server = await readyServer(chelatedCommand('serve', '--port', '0', ...args), env);
  try {
    await use(server.url);
  } finally {
    await server.stop();
  }
  return server.log();
}

const send = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('chelated serve', () => {
  test('what was written is there after the next start; the log has no text', async () => {
    const documents = [
      { id: 'a', text: 'a secretive otter' },
      { id: 'b', text: 'a boundary layer' },
    ];
    const log = await served(['--data', data], async (url) => {
      expect((await fetch(`${url}/ready`)).status).toBe(200);
      expect((await (await send(`${url}/v1/documents`, { documents })).json()).created).toBe(2);
    });
    expect(log).toContain('"route":"/v1/documents"');
    expect(log).not.toContain('otter');
    await served(['--data', data], async (url) => {
      const { hits } = await (await send(`${url}/v1/search`, { query: 'otter', k: 1 })).json();
      expect(hits[0].id).toBe('a');
    });
  });

  test('takes its keys from the environment', async () => {
    const env = { MY_USE: 'u1,u2', MY_ADMIN: 'a1' };
    await served(
      ['--key-use', 'MY_USE', '--key-admin', 'MY_ADMIN'],
      async (url) => {
        const status = async (key: string) =>
          (await send(`${url}/v1/rollback`, {}, key === '' ? {} : { authorization: `Bearer ${key}` })).status;
        expect([await status(''), await status('x'), await status('u2'), await status('a1')]).toEqual([
          401, 401, 403, 200,
        ]);
      },
      env,
    );
  });

  test('a cycle learns in the background and is watched to its end', async () => {
    await served(['--mode', 'baseline'], async (url) => {
      const documents = Array.from({ length: 30 }, (_, i) => ({
        id: `d${i}`,
        text: `the ${i} birds and ${i * 7} fish of lake ${i % 5}`,
      }));
      await send(`${url}/v1/documents`, { documents });
      const { id } = await (
        await send(`${url}/v1/distil`, { adapter: 'affine', space: 'student', force: true })
      ).json();
      const events = await (await fetch(`${url}/v1/jobs/${id}`, { headers: { accept: 'text/event-stream' } })).text();
      const last = JSON.parse(
        events
          .trim()
          .split('\n')
          .findLast((line) => line.startsWith('data: '))!
          .slice(6),
      );
      expect([last.state, last.report?.outcome, last.report?.generation]).toEqual(['done', 'promoted', 1]);
    });
  });

  test('a student with words learns, is there after the next start, and its collection is no other student’s', async () => {
    const kept = join(data, 'words');
    const args = ['--data', kept, '--student', 'static-words'];
    const lines = (await readFile('assets/sample/corpus.jsonl', 'utf8')).trim().split('\n');
    const documents = lines
      .map((line) => JSON.parse(line))
      .map(({ _id: id, title, text }) => ({ id, text: `${title} ${text}` }));
    const search = async (url: string) => (await send(`${url}/v1/search`, { query: documents[7]!.text, k: 3 })).json();
    let found: Awaited<ReturnType<typeof search>>;
    await served([...args, '--teacher', 'vectors:assets/sample/teacher/documents.safetensors'], async (url) => {
      for (let i = 0; i < documents.length; i += 100) {
        await send(`${url}/v1/documents`, { documents: documents.slice(i, i + 100) });
      }
      const { id } = await (await send(`${url}/v1/distil`, {})).json();
      await (await fetch(`${url}/v1/jobs/${id}`, { headers: { accept: 'text/event-stream' } })).text();
      const { report } = await (await fetch(`${url}/v1/jobs/${id}`)).json();
      expect(report).toMatchObject({ outcome: 'promoted', generation: 1 });
      found = await search(url);
      expect([found.generation, found.hits[0].id]).toEqual([1, documents[7]!.id]);
    });
    await served(args, async (url) => {
      const { generation, hits } = await search(url);
      expect({ generation, hits }).toEqual({ generation: found.generation, hits: found.hits });
    });
    const { code, stderr } = await chelated('serve', '--port', '0', '--data', kept);
    expect([code, stderr]).toEqual([1, expect.stringContaining('was made with static-words')]);
  });

  test('refuses a host that others reach when there are no keys, and --proxy without --model', async () => {
    const open = await chelated('serve', '--host', '0.0.0.0', '--port', '0');
    expect(open).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/there are no keys; set CHELATED_KEY_USE/),
    });
    const proxy = await chelated('serve', '--proxy', 'http://localhost:1/v1');
    expect(proxy).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining('--model') });
  });

  test('--proxy: texts go up, corrected embeddings come back, under the name of the model behind it', async () => {
    const asked: string[] = [];
    const upstream = Bun.serve({
      port: 0,
      fetch: async (request) => {
        const { input, model } = await request.json();
        asked.push(...input);
        const data = input.map((text: string, index: number) => ({ index, embedding: [text.length, 1, 0] }));
        return Response.json({ object: 'list', model, data });
      },
    });
    await served(['--proxy', `http://localhost:${upstream.port}/v1`, '--model', 'upstream-1'], async (url) => {
      const { data, model } = await (
        await send(`${url}/v1/embeddings`, { model: 'upstream-1', input: ['four'] })
      ).json();
      expect(model).toBe('student');
      expect(data[0].embedding.map((x: number) => x.toFixed(4))).toEqual(['0.9701', '0.2425', '0.0000']);
    });
    expect(asked).toContain('four');
    await upstream.stop(true);
  });
});
