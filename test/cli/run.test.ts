import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from '../../src/config.ts';
import { chelated, spawnChelated } from './chelated.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(60_000);

const commands = ['distil', 'apply', 'evaluate', 'inspect', 'start', 'backup', 'restore', 'snapshot'];

/** Nothing on stdout, one line on stderr, and this exit code. */
async function refuses(code: number, line: RegExp, ...args: string[]) {
  const ended = await chelated(...args);
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(/^chelated: [^\n]+\n$/) });
  expect(ended.stderr).toMatch(line);
}

describe('chelated', () => {
  test('--version says the version', async () => {
    expect(await chelated('--version')).toEqual({ code: 0, stdout: `${config.createdBy}\n`, stderr: '' });
  });

  test('every command has help with an example', async () => {
    const helps = await Promise.all(commands.map((command) => chelated(command, '--help')));
    helps.forEach(({ code, stdout, stderr }, i) => {
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`Example:\n  chelated ${commands[i]} `);
    });
  });

  test('what is not understood is one line and exit code 2', async () => {
    await Promise.all([
      refuses(2, /unknown command 'distill'.*distil/, 'distill'),
      refuses(2, /unknown option '--prot'.*--port/, 'start', '--prot', '1'),
      refuses(2, /--port.*whole number from 0 to 65535/, 'start', '--port', '70000'),
      refuses(2, /--port/, 'start', '--port', 'x'),
      refuses(2, /--host.*Expected a host name/, 'start', '--host', ''),
      refuses(2, /--alpha.*number from 0 to 1/, 'distil', '--corpus', 'x', '--out', 'y', '--alpha', '2'),
      refuses(2, /--curriculum.*0 to 1, got 2/, 'serve', '--curriculum', '2,0,20'),
      refuses(2, /--curriculum.*linear or cosine/, 'serve', '--curriculum', '1,0,20,square'),
      refuses(2, /--curriculum.*got NaN/, 'serve', '--curriculum', ',0,20'),
      refuses(2, /--curriculum.*alpha/, 'serve', '--curriculum', '1,0,20', '--alpha', '1'),
      refuses(2, /--seed.*whole number/, 'distil', '--corpus', 'x', '--out', 'y', '--seed', '1.5'),
      refuses(2, /--mode.*offline, hybrid, baseline, sdft/, 'distil', '--corpus', 'x', '--out', 'y', '--mode', 'z'),
      refuses(2, /required option '--out/, 'distil', '--corpus', 'x'),
      refuses(2, /missing required argument/, 'inspect'),
    ]);
  });

  test('no command at all shows the help, with exit code 2', async () => {
    const { code, stdout, stderr } = await chelated();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: chelated');
  });

  test('what cannot be done is one line and exit code 1', async () => {
    await Promise.all([
      refuses(1, /missing-folder/, 'evaluate', '--dataset', 'missing-folder'),
      refuses(1, /there is no folder/, 'distil', '--corpus', 'x', '--teacher', 'static', '--out', 'missing/a.onnx'),
      refuses(1, /name of a file to write, got none/, 'distil', '--corpus', 'x', '--teacher', 'static', '--out', ''),
      refuses(1, /a device/, 'distil', '--corpus', 'x', '--teacher', 'static', '--out', '/dev/null'),
      refuses(1, /missing\.onnx cannot be read/, 'inspect', 'missing.onnx'),
      refuses(1, /needs --teacher/, 'evaluate', '--dataset', 'x', '--documents', 'teacher'),
      refuses(1, /needs --teacher/, 'evaluate', '--dataset', 'x', '--documents', 'mixed'),
      refuses(1, /needs --teacher/, 'evaluate', '--dataset', 'x', '--documents', 'advised'),
      refuses(
        1,
        /needs --adapter/,
        ...['evaluate', '--dataset', 'x', '--documents', 'advised', '--teacher', 'vectors:x.npy'],
      ),
    ]);
  });

  test('with --json a failure is one JSON document on stdout too', async () => {
    const { code, stdout, stderr } = await chelated('inspect', 'missing.onnx', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'not_found', message: expect.stringContaining('missing.onnx') },
    });
    expect(stderr).toMatch(/^chelated: [^\n]+\n$/);
  });

  test('with --json what is not understood is one JSON document too', async () => {
    const lines: [args: string[], message: RegExp][] = [
      [['distil', '--corpus', 'x', '--out', 'y', '--alpha', '2'], /--alpha.*from 0 to 1/],
      [['inspect'], /missing required argument/],
      [['distill'], /unknown command/],
      [[], /--json/],
    ];
    const ended = await Promise.all(lines.map(([args]) => chelated(...args, '--json')));
    ended.forEach(({ code, stdout }, i) => {
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toEqual({
        error: { code: 'invalid_input', message: expect.stringMatching(lines[i]![1]) },
      });
    });
  });

  test('a reader that has gone away is no failure', async () => {
    const child = spawnChelated('--help');
    await child.stdout.cancel();
    expect([await child.exited, await new Response(child.stderr).text()]).toEqual([0, '']);
  });

  test('a message does not repeat all of a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chelated-run-'));
    const corpus = join(folder, 'corpus.jsonl');
    await writeFile(corpus, JSON.stringify({ _id: '1', text: ['x'.repeat(100_000)] }));
    const args = ['distil', '--corpus', corpus, '--teacher', 'static', '--out', join(folder, 'a.onnx'), '--json'];
    const { stdout, stderr } = await chelated(...args);
    await rm(folder, { recursive: true });
    expect(stderr).toContain('"text" must be a string');
    expect(stderr.length + stdout.length).toBeLessThan(3000);
  });
});
