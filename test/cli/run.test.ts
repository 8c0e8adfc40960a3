import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { config } from '../../src/config.ts';
import { chelated } from './chelated.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(60_000);

const commands = ['distil', 'apply', 'evaluate', 'inspect', 'start'];

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
      refuses(2, /--alpha.*number from 0 to 1/, 'distil', '--corpus', 'x', '--out', 'y', '--alpha', '2'),
      refuses(2, /--seed.*whole number/, 'distil', '--corpus', 'x', '--out', 'y', '--seed', '1.5'),
      refuses(2, /--mode.*offline, hybrid, baseline/, 'distil', '--corpus', 'x', '--out', 'y', '--mode', 'z'),
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
      refuses(1, /missing\.onnx cannot be read/, 'inspect', 'missing.onnx'),
      refuses(1, /needs --teacher/, 'evaluate', '--dataset', 'x', '--documents', 'teacher'),
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
});
