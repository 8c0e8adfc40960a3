import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checked, root } from './snippets.ts';

// A folder in which the README's lines work as they stand: a checkout that has been built, and may be written to.
let folder: string;
let server: Bun.Subprocess<'ignore', 'pipe', 'inherit'>;
let url: string;

const text = await readFile(join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm')), ([, code]) => code!);

async function run(command: string[], cwd = folder): Promise<{ code: number; output: string }> {
  const child = Bun.spawn(command, { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: out + err };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-readme-'));
  for (const name of ['assets', 'dist', 'node_modules']) await symlink(join(root, name), join(folder, name));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  server = Bun.spawn([process.execPath, 'dist/cli/main.js', 'start', '--port', '0'], {
    cwd: folder,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  url = await announced(server.stdout);
});

afterAll(async () => {
  server.kill();
  await server.exited;
  await rm(folder, { recursive: true, force: true });
});

/** The address in the line that says that the server is ready. */
async function announced(output: ReadableStream<Uint8Array>): Promise<string> {
  let said = '';
  for await (const chunk of output) {
    said += new TextDecoder().decode(chunk);
    const found = said.match(/serves .* on (http:\S+)/)?.[1];
    if (found) return found;
  }
  throw new Error(`the server ended before it was ready:\n${said}`);
}

describe('README', () => {
  test('names the two commands', () => {
    expect(text).toContain('npm install && npm start');
    expect(text).toContain('npm install && npm test');
  });

  blocks('ts').forEach((code, i) => {
    test(`TypeScript block ${i + 1} runs and gives what it says`, async () => {
      const file = join(folder, `block-${i}.ts`);
      await Bun.write(file, checked(code, []));
      const { code: exit, output } = await run([process.execPath, file]);
      if (exit !== 0) console.error(output);
      expect(exit).toBe(0);
    });
  });

  blocks('sh').forEach((code, i) => {
    test(`shell block ${i + 1} runs`, async () => {
      const script = code
        .replaceAll('npx chelated', `'${process.execPath}' dist/cli/main.js`)
        .replaceAll('http://localhost:8787', url);
      const { code: exit, output } = await run(['sh', '-euc', script]);
      if (exit !== 0) console.error(output);
      expect(exit).toBe(0);
      expect(output).not.toContain('"error"');
    });
  });
});
