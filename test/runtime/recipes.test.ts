import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { readyServer, runs } from './ready-server.ts';

setDefaultTimeout(60_000);

const root = new URL('../..', import.meta.url).pathname;
const recipe = (path: string) => readFile(join(root, 'recipes', path), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'chelated-recipes-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const deno = join(root, 'node_modules/.bin/deno');

describe('recipes', () => {
  test.skipIf(!runs(deno))('deno/main.ts serves with keys, and changes nothing', async () => {
    const imports = Object.fromEntries(
      ['.', './adapter-feed'].map((path) => {
        const { default: file } = packageJson.exports[path as '.'];
        return [`npm:chelated${path.slice(1)}`, join(root, file)];
      }),
    );
    const map = join(folder, 'imports.json');
    await writeFile(map, JSON.stringify({ imports }));
    const port = 20_000 + (process.pid % 20_000);
    const env = { ...process.env, PORT: String(port), CHELATED_KEY_USE: 'u' };
    const flags = ['--allow-env', '--allow-net', '--allow-read', '--node-modules-dir=manual', `--import-map=${map}`];
    const child = Bun.spawn([deno, 'run', ...flags, join(root, 'recipes/deno/main.ts')], {
      cwd: root,
      env,
      stdout: 'ignore',
      stderr: 'inherit',
    });
    const url = `http://localhost:${port}`;
    for (
      let tries = 0;
      tries < 300 &&
      !(await fetch(`${url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      ));
      tries++
    )
      await Bun.sleep(50);
    const post = (path: string, body: object) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer u' },
        body: JSON.stringify(body),
      });
    expect((await post('/v1/embeddings', { input: 'a bird' })).status).toBe(200);
    expect((await post('/v1/rollback', {})).status).toBe(403);
    expect((await fetch(`${url}/v1/mode`)).status).toBe(401);
    child.kill();
    await child.exited;
  });

  test('docker/Dockerfile: its command serves for others only with keys, and its health check tells', async () => {
    const dockerfile = await recipe('docker/Dockerfile');
    expect(dockerfile).toMatch(/^USER bun$/m);
    expect(dockerfile).toContain(`"chelated": "${packageJson.version}"`);
    const entry: string[] = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)![1]!);
    const health: string[] = JSON.parse(/^ {2}CMD (.+)$/m.exec(dockerfile)![1]!);
    expect(entry.slice(0, 3)).toEqual(['bun', `node_modules/chelated/${packageJson.bin.chelated.slice(2)}`, 'serve']);
    const args = entry.slice(2).map((arg) => (arg === '/data' ? folder : arg));
    const command = [process.execPath, join(root, packageJson.bin.chelated), ...args, '--port', '0'];
    const keyless = Bun.spawnSync(command, {
      env: { ...process.env, CHELATED_KEY_USE: '', CHELATED_KEY_ADMIN: '' },
      stderr: 'pipe',
    });
    expect([keyless.exitCode, keyless.stderr.toString()]).toEqual([1, expect.stringContaining('there are no keys')]);
    const server = await readyServer(command, { CHELATED_KEY_ADMIN: 'a' });
    const port = new URL(server.url).port;
    const check = (to: string) =>
      Bun.spawnSync([process.execPath, ...health.slice(1).map((arg) => arg.replace('8787', to))], { stderr: 'ignore' })
        .exitCode;
    expect(check(port)).toBe(0);
    await server.stop();
    expect(check(port)).not.toBe(0);
    expect(existsSync(join(folder, 'chelated.db'))).toBe(true);
  });

  test.skipIf(Bun.which('systemd-analyze') === null)(
    'systemd/chelated.service is a unit that systemd understands',
    () => {
      const verify = Bun.spawnSync(['systemd-analyze', 'verify', join(root, 'recipes/systemd/chelated.service')], {
        stderr: 'pipe',
      });
      expect([verify.exitCode, verify.stderr.toString()]).toEqual([0, '']);
    },
  );

  test('worker/wrangler.jsonc names what is there', async () => {
    const text = (await recipe('worker/wrangler.jsonc')).replaceAll(/^\s*\/\/.*$/gm, '');
    const { main, alias } = JSON.parse(text);
    for (const file of [main, ...Object.values(alias as Record<string, string>)]) {
      expect(existsSync(join(root, 'recipes/worker', file))).toBe(true);
    }
  });
});
