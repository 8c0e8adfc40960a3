import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chelated, spawnChelated } from './chelated.ts';

// The first start distils from the whole sample.
setDefaultTimeout(120_000);

const data = await mkdtemp(join(tmpdir(), 'chelated-start-'));
const kept = join(data, 'sample.onnx');
afterAll(() => rm(data, { recursive: true, force: true }));

/** Starts on a free port, gives `use` the address and what was printed, then ends it as a terminal would. */
async function started(use: (url: string, printed: string) => Promise<void>) {
  const child = spawnChelated('start', '--port', '0', '--data', data);
  const errors = new Response(child.stderr).text();
  let printed = '';
  try {
    for await (const chunk of child.stdout) {
      printed += new TextDecoder().decode(chunk);
      if (printed.includes('/health')) break;
    }
    const url = /serves \d+ documents on (\S+)/.exec(printed)?.[1];
    if (url === undefined) throw new Error(`did not start: ${printed}${await errors}`);
    await use(url, printed);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await child.exited).toBe(0);
  return await errors;
}

const post = async (url: string, body: object) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};

describe('chelated start', () => {
  test('the first start distils, shows the table, serves, and ends when told; a damaged file counts as none', async () => {
    await writeFile(kept, 'damaged');
    const errors = await started(async (url, printed) => {
      const figure = (row: string) => Number(new RegExp(`${row} +\\| +(\\.\\d+)`).exec(printed)?.[1]);
      expect(figure('corrected')).toBeGreaterThan(figure('student') + 0.03);
      expect(figure('corrected')).toBeGreaterThan(figure('teacher'));
      expect(printed).toContain(`curl ${url}/v1/search`);

      const { status, body } = await post(`${url}/v1/search`, { query: 'a vehicle on rails', k: 3, compare: true });
      expect([status, body.before.hits.length, body.after.hits.length, body.generation]).toEqual([200, 3, 3, 1]);
      const corrected = await post(`${url}/v1/correct`, { texts: ['a vehicle on rails'] });
      expect(corrected.body.fingerprint).toBe(body.fingerprint);
      expect(Math.abs(Math.hypot(...corrected.body.vectors[0]) - 1)).toBeLessThanOrEqual(1e-6);
      expect((await fetch(`${url}/nowhere`)).status).toBe(404);

      const port = new URL(url).port;
      const taken = await chelated('start', '--port', port, '--data', data);
      expect(taken).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^chelated: [^\n]+ is taken[^\n]+\n$/),
      });
    });
    expect(errors).toContain('making it again');
  });

  test('a later start loads what the first one kept', async () => {
    const before = await readFile(kept);
    await started(async (url, printed) => {
      expect(printed).toContain('distilled before');
      expect((await (await fetch(`${url}/health`)).json()).generation).toBe(1);
    });
    expect(await readFile(kept)).toEqual(before);
  });
});
