import { Command, CommanderError } from 'commander';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type DeviceChoice, onDeviceFallback, useDevice } from '../onnx/device.ts';
import { applyCommand } from './apply-command.ts';
import { backupCommand } from './backup-command.ts';
import { distilCommand } from './distil-command.ts';
import { embedCommand } from './embed-command.ts';
import { evaluateCommand } from './evaluate-command.ts';
import { exportCommand } from './export-command.ts';
import { Failure } from './failure.ts';
import { inspectCommand } from './inspect-command.ts';
import { labCommands } from './lab-commands.ts';
import { modelsCommand } from './models-command.ts';
import { restoreCommand } from './restore-command.ts';
import { serveCommand } from './serve-command.ts';
import { snapshotCommand } from './snapshot-command.ts';
import { startCommand } from './start-command.ts';
import { studentCommand } from './student-command.ts';

/** Exit codes: done, refused or failed, the command was not understood. */
const exit = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command line to its exit code. Whatever fails is one line on stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('chelated')
    .description('Makes a cheap embedding model retrieve like an expensive one.')
    .version(config.createdBy)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`chelated: ${withoutLabel(text)}\n`) });
  for (const add of [
    distilCommand,
    applyCommand,
    evaluateCommand,
    inspectCommand,
    exportCommand,
    embedCommand,
    modelsCommand,
    studentCommand,
    startCommand,
    backupCommand,
    restoreCommand,
    snapshotCommand,
    serveCommand,
    labCommands,
  ])
    add(program);
  program.hook('preAction', (_, command) => {
    const { device } = command.opts<{ device?: DeviceChoice }>();
    if (device) useDevice(device);
  });
  // Once a message: every model that is opened says the same. That a machine has no GPU is no news to whoever did not ask.
  const said = new Set<string>();
  const stop = onDeviceFallback(({ reason, message }) => {
    if (!said.has(message) && reason !== 'no_webgpu' && reason !== 'no_adapter')
      process.stderr.write(`chelated: on wasm: ${oneLine(message)}\n`);
    said.add(message);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit.done;
  } catch (error) {
    const json = argv.includes('--json');
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exit.done;
      // commander has said it to people already.
      if (json) printFailure('invalid_input', withoutLabel(error.message));
      return exit.usage;
    }
    report(error, json);
    return exit.failed;
  } finally {
    stop();
  }
}

function report(error: unknown, json: boolean): void {
  const code = error instanceof ChelatedError ? error.code : 'internal';
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const details = error instanceof Failure ? error.details : {};
  process.stderr.write(`chelated: ${code === 'internal' ? `unexpected error: ${message}` : message}\n`);
  if (process.env.CHELATED_DEBUG === '1') console.error(error);
  if (json) printFailure(code, message, details);
}

function printFailure(code: string, message: string, details: object = {}): void {
  process.stdout.write(`${JSON.stringify({ ...details, error: { code, message } })}\n`);
}

const withoutLabel = (message: string) => oneLine(message.replace(/^error: /, ''));

/** One line, and not all of a file that it may quote. */
function oneLine(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ');
  const most = config.cli.messageCharacters;
  return line.length > most ? `${line.slice(0, most).replace(/\p{Surrogate}$/u, '')}…` : line;
}
